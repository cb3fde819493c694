package io.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.KernelAbi;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The completion queue of a ring, over the memory that the kernel maps: CQEs are read at the head
 * in batches. Owned by one SenderThread. Head and tail run freely and wrap at 2^32.
 */
public final class CompletionQueue {
  private static final VarHandle INT = JAVA_INT.varHandle();

  private final MemorySegment head;
  private final MemorySegment tail;
  private final MemorySegment overflow;
  private final MemorySegment cqes;
  private final int mask;

  /** Only this side moves the head, so that it need never be read back. */
  private int localHead;

  /** Over words of 4 bytes each and an array of CQEs; {@code entries} is a power of two. */
  public CompletionQueue(
      MemorySegment head,
      MemorySegment tail,
      MemorySegment overflow,
      MemorySegment cqes,
      int entries) {
    assert Integer.bitCount(entries) == 1 : entries + " entries are no power of two";
    this.head = head;
    this.tail = tail;
    this.overflow = overflow;
    this.cqes = cqes;
    this.mask = entries - 1;
    this.localHead = (int) INT.getOpaque(head, 0L);
  }

  /**
   * Gives every CQE that is there to the merger, then frees their entries at once.
   *
   * @return how many there were
   */
  public int reap(CompletionMerger merger) {
    // Acquire: pairs with the kernel's release of the tail, so that the CQEs below it are whole.
    int end = (int) INT.getAcquire(tail, 0L);
    int begin = localHead;
    MemorySegment queue = cqes;
    for (int index = begin; index != end; index++) {
      long cqe = (long) (index & mask) * KernelAbi.IO_URING_CQE_SIZE;
      merger.onCqe(
          queue.get(JAVA_LONG, cqe + KernelAbi.IO_URING_CQE_USER_DATA),
          queue.get(JAVA_INT, cqe + KernelAbi.IO_URING_CQE_RES),
          queue.get(JAVA_INT, cqe + KernelAbi.IO_URING_CQE_FLAGS));
    }
    if (begin != end) {
      localHead = end;
      // Release: the kernel may overwrite the entries from here on, so every read above comes
      // first.
      INT.setRelease(head, 0L, end);
    }
    return end - begin;
  }

  /** Whether no CQE is there. */
  public boolean isEmpty() {
    return (int) INT.getAcquire(tail, 0L) == localHead;
  }

  /** CQEs that found the queue full since the ring was made, as the kernel counts them (u32). */
  public long overflows() {
    return Integer.toUnsignedLong((int) INT.getOpaque(overflow, 0L));
  }
}
