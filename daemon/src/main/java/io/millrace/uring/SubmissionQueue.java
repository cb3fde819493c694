package io.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.KernelAbi;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The submission queue of a ring, over the memory that the kernel maps: SQEs are written at the
 * tail and handed over in batches. Owned by one SenderThread.
 *
 * <p>Head and tail run freely and wrap at 2^32; the kernel moves the head while it takes SQEs
 * inside io_uring_enter, or, where a thread of its own polls the queue (SQPOLL), at any time. An
 * SQE is written as eight 64-bit words in the byte order of the machines we support (little
 * endian), every word each time, so that nothing is left of the request that used the entry before.
 */
public final class SubmissionQueue {
  private static final VarHandle INT = JAVA_INT.varHandle();

  private static final long WORD_0 = KernelAbi.IO_URING_SQE_OPCODE;
  private static final long OFF = KernelAbi.IO_URING_SQE_OFF;
  private static final long ADDR = KernelAbi.IO_URING_SQE_ADDR;
  private static final long LEN = KernelAbi.IO_URING_SQE_LEN;
  private static final long USER_DATA = KernelAbi.IO_URING_SQE_USER_DATA;
  private static final long BUF_INDEX = KernelAbi.IO_URING_SQE_BUF_INDEX;
  private static final long ADDR3 = KernelAbi.IO_URING_SQE_ADDR3;
  private static final long LAST_WORD = KernelAbi.IO_URING_SQE_SIZE - Long.BYTES;

  private final MemorySegment head;
  private final MemorySegment tail;
  private final MemorySegment flags;
  private final MemorySegment sqes;
  private final int entries;
  private final int mask;

  /** Where the next SQE goes; the kernel sees it when it is published. */
  private int localTail;

  /**
   * Over words of 4 bytes each and an array of SQEs.
   *
   * @param array the index array of kernels before 6.6, or null where the ring has none; made the
   *     identity once, so that entry i always stands for SQE i
   * @param entries a power of two
   */
  public SubmissionQueue(
      MemorySegment head,
      MemorySegment tail,
      MemorySegment flags,
      @Nullable MemorySegment array,
      MemorySegment sqes,
      int entries) {
    assert Integer.bitCount(entries) == 1 : entries + " entries are no power of two";
    this.head = head;
    this.tail = tail;
    this.flags = flags;
    this.sqes = sqes;
    this.entries = entries;
    this.mask = entries - 1;
    this.localTail = (int) INT.getOpaque(tail, 0L);
    if (array != null) {
      for (int index = 0; index < entries; index++) {
        array.setAtIndex(JAVA_INT, index, index);
      }
    }
  }

  /** Entries that can be written now. */
  public int free() {
    return entries - pending();
  }

  /** SQEs written that the kernel has not taken, published or not. */
  public int pending() {
    // Acquire: pairs with the kernel's release of the head, after which it reads the SQE no more.
    return localTail - (int) INT.getAcquire(head, 0L);
  }

  /**
   * SEND_ZC from a registered buffer on a registered socket. A free entry must be there.
   *
   * @param zcFlags IORING_SEND_ZC_* and the combine flag, for {@code ioprio}
   */
  public void sendZc(
      int fileIndex, long address, int bytes, int bufferIndex, int zcFlags, long userData) {
    write(
        word0(
            KernelAbi.IORING_OP_SEND_ZC, KernelAbi.IORING_RECVSEND_FIXED_BUF | zcFlags, fileIndex),
        address,
        bytes,
        userData,
        bufferIndex);
  }

  /** SEND, copying, on a registered socket. A free entry must be there. */
  public void send(int fileIndex, long address, int bytes, long userData) {
    write(word0(KernelAbi.IORING_OP_SEND, 0, fileIndex), address, bytes, userData, 0);
  }

  /**
   * SENDMSG, copying, on a registered socket. A free entry must be there.
   *
   * @param header address of a struct msghdr, which stays as it is until the request has ended
   */
  public void sendMessage(int fileIndex, long header, long userData) {
    write(word0(KernelAbi.IORING_OP_SENDMSG, 0, fileIndex), header, 1, userData, 0);
  }

  /** SEND_ZC from memory that is not registered, on a plain descriptor: for probing. */
  void sendZcUnregistered(int fd, long address, int bytes, int zcFlags, long userData) {
    write(
        KernelAbi.IORING_OP_SEND_ZC | ((long) zcFlags << 16) | ((long) fd << 32),
        address,
        bytes,
        userData,
        0);
  }

  /** READ of a plain descriptor that has no position. A free entry must be there. */
  public void read(int fd, long address, int bytes, long userData) {
    write(KernelAbi.IORING_OP_READ | ((long) fd << 32), address, bytes, userData, 0);
  }

  /**
   * Multishot RECVMSG on a plain descriptor, into buffers of a group. A free entry must be there.
   *
   * @param header address of a struct msghdr without vectors, which stays as it is until the
   *     request has ended
   */
  void receive(int fd, long header, int bufferGroup, long userData) {
    write(
        KernelAbi.IORING_OP_RECVMSG
            | ((long) KernelAbi.IOSQE_BUFFER_SELECT << 8)
            | ((long) KernelAbi.IORING_RECV_MULTISHOT << 16)
            | ((long) fd << 32),
        header,
        1,
        userData,
        bufferGroup);
  }

  /** ASYNC_CANCEL of the request with another user_data. A free entry must be there. */
  void cancel(long cancelled, long userData) {
    write(KernelAbi.IORING_OP_ASYNC_CANCEL | (-1L << 32), cancelled, 0, userData, 0);
  }

  private static long word0(int opcode, int ioprio, int fileIndex) {
    return opcode
        | ((long) KernelAbi.IOSQE_FIXED_FILE << 8)
        | ((long) ioprio << 16)
        | ((long) fileIndex << 32);
  }

  private void write(long word0, long address, int bytes, long userData, int bufferIndex) {
    assert free() > 0 : "the submission queue is full";
    long sqe = (long) (localTail & mask) * KernelAbi.IO_URING_SQE_SIZE;
    MemorySegment queue = sqes;
    queue.set(JAVA_LONG, sqe + WORD_0, word0);
    queue.set(JAVA_LONG, sqe + OFF, 0);
    queue.set(JAVA_LONG, sqe + ADDR, address);
    queue.set(JAVA_LONG, sqe + LEN, bytes); // and msg_flags above it: 0
    queue.set(JAVA_LONG, sqe + USER_DATA, userData);
    queue.set(JAVA_LONG, sqe + BUF_INDEX, bufferIndex); // and personality, addr_len: 0
    queue.set(JAVA_LONG, sqe + ADDR3, 0);
    queue.set(JAVA_LONG, sqe + LAST_WORD, 0);
    localTail++;
  }

  /**
   * Shows the kernel what was written.
   *
   * @return SQEs that it has not taken, to be handed over by the next io_uring_enter
   */
  public int publishTailRelease() {
    // Release: pairs with the kernel's acquire of the tail, so that it sees the SQEs whole.
    INT.setRelease(tail, 0L, localTail);
    return pending();
  }

  /**
   * Shows what was written to the kernel thread that polls the queue, which may take it at once.
   * Its entries are free when the head has passed them: the kernel moves the head once for all that
   * it found (io_submit_sqes), so completions of a batch may come before its entries are free.
   *
   * @return whether the thread sleeps and io_uring_enter has to wake it
   */
  public boolean publishToPoller() {
    if ((int) INT.getOpaque(tail, 0L) == localTail) {
      return false; // who published it has woken the thread, which doesn't sleep before it is taken
    }
    // Release: as in publishTailRelease().
    INT.setRelease(tail, 0L, localTail);
    // Full fence: the tail is written before the flag is read, as the thread sets the flag before
    // it reads the tail a last time and sleeps (io_sq_thread: smp_mb__after_atomic). So one of the
    // two sees what the other wrote; without it, both could miss it, for ever.
    VarHandle.fullFence();
    return pollerSleeps();
  }

  /** Whether the kernel thread that polls the queue sleeps, or is about to. */
  public boolean pollerSleeps() {
    return ((int) INT.getOpaque(flags, 0L) & KernelAbi.IORING_SQ_NEED_WAKEUP) != 0;
  }

  /** Whether the kernel has completions to post that wait for an io_uring_enter (DEFER_TASKRUN). */
  public boolean taskWorkPending() {
    return ((int) INT.getOpaque(flags, 0L)
            & (KernelAbi.IORING_SQ_TASKRUN | KernelAbi.IORING_SQ_CQ_OVERFLOW))
        != 0;
  }
}
