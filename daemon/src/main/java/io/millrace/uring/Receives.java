package io.millrace.uring;

import io.millrace.shim.KernelAbi;
import io.millrace.shim.ReceivedMessage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The receives of a ring: one multishot RECVMSG for each receiver, which goes on by itself and
 * posts a CQE for every datagram, until the kernel has no buffer left, or is told to end it. Owned
 * by one SenderThread.
 *
 * <p>Receivers are numbered; the number is that of its buffer group too. Their user_data lie below
 * those of all other requests.
 */
public final class Receives {
  /** What CQEs are given to. */
  public interface Sink {
    /**
     * The kernel has given a buffer back.
     *
     * @param bytes that it wrote there, header included ({@link ReceivedMessage}); 0 or less: none
     */
    void onReceived(int receiver, int slot, int bytes);

    /**
     * The receive has ended.
     *
     * @param error why, an errno; 0: none, it may be begun again at once
     */
    void onEnded(int receiver, int error);
  }

  /** Requests from here on down are receives, and the cancellations of such. */
  static final long FIRST_USER_DATA = -2;

  private final Ring ring;
  private final MemorySegment header = Arena.ofAuto().allocate(KernelAbi.MSGHDR_SIZE, Long.BYTES);
  private @Nullable Sink sink;
  private int cqes;

  public Receives(Ring ring) {
    this.ring = ring;
    ReceivedMessage.prepare(header);
  }

  /** Who is told; before the first receive is armed. */
  public void to(Sink receiver) {
    sink = receiver;
  }

  /**
   * Makes a receiver's buffers known to the kernel.
   *
   * @param address of its struct io_uring_buf[], whole pages
   * @return 0, or -errno
   */
  public int open(int receiver, long address, int entries) {
    return ring.registerBufferRing(address, entries, receiver);
  }

  /** Takes them from the kernel again; no receive is armed. */
  public void close(int receiver) {
    ring.unregisterBufferRing(receiver);
  }

  /**
   * Begins a receive; none is armed.
   *
   * @param fd of the socket, which isn't registered: it is looked up once for all datagrams
   * @return false: the submission queue is full
   */
  public boolean arm(int receiver, int fd) {
    if (ring.submissions().free() == 0) {
      return false;
    }
    ring.submissions().receive(fd, header.address(), receiver, userData(receiver));
    return true;
  }

  /**
   * Asks the kernel to end a receive; it says when it has.
   *
   * @return false: the submission queue is full
   */
  public boolean cancel(int receiver) {
    if (ring.submissions().free() == 0) {
      return false;
    }
    ring.submissions().cancel(userData(receiver), userData(receiver) - 1);
    return true;
  }

  private static long userData(int receiver) {
    return FIRST_USER_DATA - 2L * receiver;
  }

  void onCqe(long userData, int result, int flags) {
    cqes++;
    int number = (int) (FIRST_USER_DATA - userData);
    if ((number & 1) != 0 || sink == null) {
      return; // of a cancellation: what it did, the receive says
    }
    int receiver = number >> 1;
    if ((flags & KernelAbi.IORING_CQE_F_BUFFER) != 0) {
      sink.onReceived(receiver, flags >>> KernelAbi.IORING_CQE_BUFFER_SHIFT, result);
    }
    if ((flags & KernelAbi.IORING_CQE_F_MORE) == 0) {
      sink.onEnded(receiver, Math.max(0, -result));
    }
  }

  /** CQEs of receives and cancellations since the last call. */
  public int takeCqes() {
    int taken = cqes;
    cqes = 0;
    return taken;
  }
}
