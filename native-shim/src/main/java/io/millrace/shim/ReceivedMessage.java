package io.millrace.shim;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * What a multishot RECVMSG writes into a buffer: a struct io_uring_recvmsg_out, room for the
 * sender's address and for control messages, and the payload behind them (io_uring_enter(2)). Any
 * thread.
 */
public final class ReceivedMessage {
  /** A struct sockaddr_in6 has 28. */
  private static final int NAME_BYTES = 32;

  /** A control message of four bytes (UDP_GRO) takes 24; the rest rounds the header up. */
  private static final int CONTROL_BYTES = 80;

  /** Where the sender's address begins, a struct sockaddr_in or sockaddr_in6. */
  public static final int NAME = KernelAbi.IO_URING_RECVMSG_OUT_SIZE;

  private static final int CONTROL = NAME + NAME_BYTES;

  /** Bytes before the payload: two cache lines, so that it begins with one. */
  public static final int HEADER_BYTES = CONTROL + CONTROL_BYTES;

  private static final int CMSG_ALIGNMENT = Long.BYTES;

  private ReceivedMessage() {}

  /** Fills in the struct msghdr that says how much room there is; it stays with the request. */
  public static void prepare(MemorySegment header) {
    header.fill((byte) 0);
    header.set(JAVA_INT, KernelAbi.MSGHDR_MSG_NAMELEN, NAME_BYTES);
    header.set(JAVA_LONG, KernelAbi.MSGHDR_MSG_CONTROLLEN, CONTROL_BYTES);
  }

  /** Whether the payload was longer than the buffer. */
  public static boolean isCutOff(MemorySegment memory, long offset) {
    return (memory.get(JAVA_INT, offset + KernelAbi.IO_URING_RECVMSG_OUT_FLAGS)
            & KernelAbi.MSG_TRUNC)
        != 0;
  }

  /**
   * Where the value of a control message begins, or -1 where there is none of this kind.
   *
   * @param offset of the buffer in {@code memory}
   */
  public static long control(MemorySegment memory, long offset, int level, int type) {
    long next = offset + CONTROL;
    int written = memory.get(JAVA_INT, offset + KernelAbi.IO_URING_RECVMSG_OUT_CONTROLLEN);
    long end = next + Math.min(written, CONTROL_BYTES);
    while (end - next >= KernelAbi.CMSGHDR_SIZE) {
      long bytes = memory.get(JAVA_LONG, next + KernelAbi.CMSGHDR_CMSG_LEN);
      if (bytes < KernelAbi.CMSGHDR_SIZE || bytes > end - next) {
        return -1;
      }
      if (memory.get(JAVA_INT, next + KernelAbi.CMSGHDR_CMSG_LEVEL) == level
          && memory.get(JAVA_INT, next + KernelAbi.CMSGHDR_CMSG_TYPE) == type) {
        return next + KernelAbi.CMSGHDR_SIZE;
      }
      next += (bytes + CMSG_ALIGNMENT - 1) & -CMSG_ALIGNMENT;
    }
    return -1;
  }
}
