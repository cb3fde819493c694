package io.millrace.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.KernelAbi;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's end of a ring: the memory that it shares with the sender. What the other side may
 * not look at any more is overwritten at once.
 */
final class SimRing {
  static final int MEMORY_BYTES = 1 << 16;

  // Where things lie, in bytes.
  private static final int SQ_HEAD = 0;
  private static final int SQ_TAIL = 64;
  private static final int SQ_FLAGS = 128;
  private static final int CQ_HEAD = 192;
  private static final int CQ_TAIL = 256;
  private static final int CQ_OVERFLOW = 320;
  private static final int SQ_ARRAY = 1024;
  private static final int SQES = 4096;
  private static final int CQES = 32768;
  private static final byte GARBAGE = (byte) 0xEE;

  /**
   * A CQE.
   *
   * @param send that it is of; null: the wake-up's
   * @param last the request's last one
   */
  record Cqe(long userData, int result, int flags, @Nullable SimSend send, boolean last) {}

  private final MemorySegment memory;
  private final Deque<Cqe> posted = new ArrayDeque<>();
  private final Deque<Cqe> overflowed = new ArrayDeque<>();
  private int sqEntries;
  private int cqEntries;
  private boolean array;

  /** SQEs behind the head that have been read. */
  private int issued;

  /** Up to where the sender has given entries of the CQ back, as far as noticed. */
  private int cqHeadSeen;

  /** Of {@link #MEMORY_BYTES}. */
  SimRing(MemorySegment memory) {
    this.memory = memory;
  }

  /** Describes the ring in a struct mr_ring. */
  void open(
      MemorySegment description,
      int sqEntries,
      int cqEntries,
      boolean array,
      int firstSqe,
      int firstCqe) {
    this.sqEntries = sqEntries;
    this.cqEntries = cqEntries;
    this.array = array;
    memory.asSlice(SQ_ARRAY).fill(GARBAGE);
    memory.set(JAVA_INT, SQ_HEAD, firstSqe);
    memory.set(JAVA_INT, SQ_TAIL, firstSqe);
    memory.set(JAVA_INT, CQ_HEAD, firstCqe);
    memory.set(JAVA_INT, CQ_TAIL, firstCqe);
    cqHeadSeen = firstCqe;
    address(description, KernelAbi.MR_RING_SQ_HEAD, SQ_HEAD);
    address(description, KernelAbi.MR_RING_SQ_TAIL, SQ_TAIL);
    address(description, KernelAbi.MR_RING_SQ_FLAGS, SQ_FLAGS);
    address(description, KernelAbi.MR_RING_CQ_HEAD, CQ_HEAD);
    address(description, KernelAbi.MR_RING_CQ_TAIL, CQ_TAIL);
    address(description, KernelAbi.MR_RING_CQ_OVERFLOW, CQ_OVERFLOW);
    address(description, KernelAbi.MR_RING_SQES, SQES);
    address(description, KernelAbi.MR_RING_CQES, CQES);
    if (array) {
      address(description, KernelAbi.MR_RING_SQ_ARRAY, SQ_ARRAY);
    } else {
      description.set(JAVA_LONG, KernelAbi.MR_RING_SQ_ARRAY, 0);
    }
    description.set(JAVA_INT, KernelAbi.MR_RING_SQ_ENTRIES, sqEntries);
    description.set(JAVA_INT, KernelAbi.MR_RING_CQ_ENTRIES, cqEntries);
  }

  private void address(MemorySegment description, long field, int offset) {
    description.set(JAVA_LONG, field, memory.address() + offset);
  }

  // The submission queue.

  /** SQEs that were published and not taken. */
  int submitted() {
    int count = memory.get(JAVA_INT, SQ_TAIL) - memory.get(JAVA_INT, SQ_HEAD);
    Violation.unless(
        count >= issued && count <= sqEntries, count + " SQEs in a queue of " + sqEntries);
    return count - issued;
  }

  /** The SQE that is so many behind the next one to be read. */
  MemorySegment peek(int behind) {
    int index = (memory.get(JAVA_INT, SQ_HEAD) + issued + behind) & (sqEntries - 1);
    if (array) {
      int named = memory.get(JAVA_INT, SQ_ARRAY + (long) index * Integer.BYTES);
      Violation.unless(named == index, "entry " + index + " of the index array is " + named);
    }
    return memory.asSlice(
        SQES + (long) index * KernelAbi.IO_URING_SQE_SIZE, KernelAbi.IO_URING_SQE_SIZE);
  }

  /** The SQE at the head has been read. */
  void taken() {
    peek(0).fill(GARBAGE);
    memory.set(JAVA_INT, SQ_HEAD, memory.get(JAVA_INT, SQ_HEAD) + 1);
  }

  /** The next SQE has been read, and its entry is still the kernel's. */
  void issued() {
    peek(0).fill(GARBAGE);
    issued++;
  }

  /** The head passes what has been read. */
  void passIssued() {
    memory.set(JAVA_INT, SQ_HEAD, memory.get(JAVA_INT, SQ_HEAD) + issued);
    issued = 0;
  }

  /** Sets or clears one of IORING_SQ_*. */
  private void flag(int bit, boolean on) {
    int flags = memory.get(JAVA_INT, SQ_FLAGS);
    memory.set(JAVA_INT, SQ_FLAGS, on ? flags | bit : flags & ~bit);
  }

  void pollerSleeps(boolean sleeps) {
    flag(KernelAbi.IORING_SQ_NEED_WAKEUP, sleeps);
  }

  void completionsWait(boolean wait) {
    flag(KernelAbi.IORING_SQ_TASKRUN, wait);
  }

  // The completion queue.

  /** Posts a CQE, behind those that have overflowed; whether it found room. */
  boolean post(Cqe cqe) {
    if (!overflowed.isEmpty() || !write(cqe)) {
      overflowed.add(cqe);
      flag(KernelAbi.IORING_SQ_CQ_OVERFLOW, true);
      return false;
    }
    return true;
  }

  private boolean write(Cqe cqe) {
    int tail = memory.get(JAVA_INT, CQ_TAIL);
    if (tail - memory.get(JAVA_INT, CQ_HEAD) == cqEntries) {
      return false;
    }
    long entry = cqe(tail);
    memory.set(JAVA_LONG, entry + KernelAbi.IO_URING_CQE_USER_DATA, cqe.userData);
    memory.set(JAVA_INT, entry + KernelAbi.IO_URING_CQE_RES, cqe.result);
    memory.set(JAVA_INT, entry + KernelAbi.IO_URING_CQE_FLAGS, cqe.flags);
    memory.set(JAVA_INT, CQ_TAIL, tail + 1);
    posted.add(cqe);
    return true;
  }

  private long cqe(int index) {
    return CQES + (long) (index & (cqEntries - 1)) * KernelAbi.IO_URING_CQE_SIZE;
  }

  /** Posts what has overflowed as far as there is room. */
  void flush() {
    while (!overflowed.isEmpty() && write(overflowed.getFirst())) {
      overflowed.removeFirst();
    }
    flag(KernelAbi.IORING_SQ_CQ_OVERFLOW, !overflowed.isEmpty());
  }

  boolean hasOverflowed() {
    return !overflowed.isEmpty();
  }

  boolean isCqEmpty() {
    return memory.get(JAVA_INT, CQ_HEAD) == memory.get(JAVA_INT, CQ_TAIL);
  }

  /** The next CQE whose entry the sender has given back, or null; the entry is overwritten. */
  @Nullable Cqe pollReaped() {
    int head = memory.get(JAVA_INT, CQ_HEAD);
    int ahead = head - cqHeadSeen;
    int there = memory.get(JAVA_INT, CQ_TAIL) - cqHeadSeen;
    Violation.unless(ahead >= 0 && ahead <= there, "the CQ's head is beyond its tail");
    if (ahead == 0) {
      return null;
    }
    memory.asSlice(cqe(cqHeadSeen), KernelAbi.IO_URING_CQE_SIZE).fill(GARBAGE);
    cqHeadSeen++;
    return posted.removeFirst();
  }
}
