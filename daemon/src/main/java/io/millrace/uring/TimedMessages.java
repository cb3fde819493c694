package io.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.DepartureTime;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What SENDMSG reads beside the payload of a datagram that brings its time: a header, an iovec and
 * a control message for each request that may be in the kernel, which may come back to them until
 * it has ended the request. Owned by one SenderThread.
 *
 * <p>SENDMSG copies the payload. SENDMSG_ZC takes registered memory from Linux 6.15 only, and a
 * stream slow enough to be timed, one datagram a request, spends little on copying.
 */
public final class TimedMessages {
  private static final long VECTOR = KernelAbi.MSGHDR_SIZE;
  private static final long CONTROL = VECTOR + KernelAbi.IOVEC_SIZE;
  private static final long ENTRY_BYTES = CONTROL + DepartureTime.BYTES;

  private final MemorySegment memory;

  /** For so many requests, by their numbers. */
  public TimedMessages(int requests) {
    memory = Arena.ofAuto().allocate(requests * ENTRY_BYTES, Long.BYTES);
    for (long entry = 0; entry < memory.byteSize(); entry += ENTRY_BYTES) {
      long address = memory.address() + entry;
      memory.set(JAVA_LONG, entry + KernelAbi.MSGHDR_MSG_IOV, address + VECTOR);
      memory.set(JAVA_LONG, entry + KernelAbi.MSGHDR_MSG_IOVLEN, 1);
      memory.set(JAVA_LONG, entry + KernelAbi.MSGHDR_MSG_CONTROL, address + CONTROL);
      memory.set(JAVA_LONG, entry + KernelAbi.MSGHDR_MSG_CONTROLLEN, DepartureTime.BYTES);
      DepartureTime.prepare(memory, entry + CONTROL);
    }
  }

  /**
   * Fills in a request's; it is not in the kernel.
   *
   * @param address of the payload
   * @param departureNs on the clock of the socket
   * @return the address of the header
   */
  public long write(int request, long address, int bytes, long departureNs) {
    long entry = request * ENTRY_BYTES;
    memory.set(JAVA_LONG, entry + VECTOR + KernelAbi.IOVEC_IOV_BASE, address);
    memory.set(JAVA_LONG, entry + VECTOR + KernelAbi.IOVEC_IOV_LEN, bytes);
    DepartureTime.set(memory, entry + CONTROL, departureNs);
    return memory.address() + entry;
  }
}
