package io.millrace.shim;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * The control message that tells the kernel when a datagram is to leave (SCM_TXTIME), in native
 * memory. Any thread.
 */
public final class DepartureTime {
  private static final long DATA = KernelAbi.CMSGHDR_SIZE;

  /** Bytes of one; it begins at a multiple of eight. */
  public static final int BYTES = KernelAbi.CMSGHDR_SIZE + Long.BYTES;

  private DepartureTime() {}

  /** Writes all of it but the time, which {@link #set} does. */
  public static void prepare(MemorySegment memory, long offset) {
    memory.set(JAVA_LONG, offset + KernelAbi.CMSGHDR_CMSG_LEN, BYTES);
    memory.set(JAVA_INT, offset + KernelAbi.CMSGHDR_CMSG_LEVEL, KernelAbi.SOL_SOCKET);
    memory.set(JAVA_INT, offset + KernelAbi.CMSGHDR_CMSG_TYPE, KernelAbi.SCM_TXTIME);
  }

  /** Sets the time, in nanoseconds of the socket's clock. */
  public static void set(MemorySegment memory, long offset, long departureNs) {
    memory.set(JAVA_LONG, offset + DATA, departureNs);
  }
}
