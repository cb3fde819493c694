package io.millrace.uring;

import io.millrace.shim.Endpoint;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what the kernel can do by doing it: whether SEND_ZC exists, and whether it knows the
 * combined mode. Opens a small ring and a loopback socket of its own and closes them again. Any
 * thread.
 */
public final class KernelProbe {
  /** The combine flag's bit of {@code ioprio} is to be chosen by kernel release. */
  public static final int AUTO_BIT = -1;

  private static final int ENTRIES = 8;
  private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);

  /**
   * What was found.
   *
   * @param release the kernel's release, as uname says
   * @param sendZc SEND_ZC is there
   * @param combinedNative SEND_ZC knows the combined mode
   * @param combineFlag the bit of {@code ioprio} that was tried for it
   */
  public record Features(String release, boolean sendZc, boolean combinedNative, int combineFlag) {}

  private KernelProbe() {}

  /**
   * Probes.
   *
   * @param combineFlagBit 0 to 15, or {@link #AUTO_BIT}
   * @throws RingUnavailableException if there are no rings here
   */
  public static Features probe(Kernel kernel, int combineFlagBit) {
    String release = System.getProperty("os.version");
    int bit = combineFlagBit == AUTO_BIT ? combineBitOf(release) : combineFlagBit;
    int flag = 1 << bit;
    try (Ring ring = Ring.open(kernel, ENTRIES, 2 * ENTRIES)) {
      ring.enable();
      boolean sendZc = ring.supports(KernelAbi.IORING_OP_SEND_ZC);
      return new Features(release, sendZc, sendZc && combines(kernel, ring, flag), flag);
    }
  }

  /**
   * Why a ring can't have a kernel thread that polls it, and what to do; null: it can. Makes one
   * and closes it.
   */
  public static @Nullable String pollRefusal(Kernel kernel) {
    try {
      Ring.openPolled(kernel, ENTRIES, 2 * ENTRIES, new SqPolling(1, SqPolling.ANY_CPU)).close();
      return null;
    } catch (RingUnavailableException refused) {
      return refused.getMessage();
    }
  }

  /**
   * The bit that the combined mode has in a kernel of this release: 4, as proposed in 2024, until
   * 6.10 gave that one to IORING_RECVSEND_BUNDLE; 15 from then on.
   */
  static int combineBitOf(String release) {
    String[] parts = release.split("[^0-9]+", 3);
    try {
      int major = Integer.parseInt(parts[0]);
      int minor = Integer.parseInt(parts[1]);
      return major < 6 || (major == 6 && minor < 10) ? 4 : 15;
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException unknown) {
      return 15;
    }
  }

  /**
   * Sends one datagram with the flag to a socket of our own. A kernel with the mode posts exactly
   * one CQE, with F_NOTIF and without F_MORE, whatever became of the send (the loopback device may
   * be down); no other kernel ever posts that.
   */
  private static boolean combines(Kernel kernel, Ring ring, int flag) {
    try (Arena arena = Arena.ofConfined()) {
      int receiver = kernel.udpSocket(KernelAbi.AF_INET);
      int sender = kernel.udpSocket(KernelAbi.AF_INET);
      try {
        MemorySegment address =
            Endpoint.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), arena);
        // A failure of either call shows in the send's result, and that tells as much.
        if (kernel.socketBind(receiver, address) >= 0) {
          kernel.socketLocal(receiver, address);
        }
        kernel.socketConnect(sender, address);
        MemorySegment payload = arena.allocate(Integer.BYTES);
        ring.submissions().sendZcUnregistered(sender, payload.address(), Integer.BYTES, flag, 0);
        return awaitCompletion(kernel, ring) == CompletionMerger.Form.COMBINED;
      } finally {
        kernel.close(sender);
        kernel.close(receiver);
      }
    }
  }

  private static CompletionMerger.Form awaitCompletion(Kernel kernel, Ring ring) {
    CompletionMerger.Form[] seen = new CompletionMerger.Form[1];
    CompletionMerger merger =
        new CompletionMerger(
            1,
            new CompletionMerger.Sink() {
              @Override
              public void onCompletion(
                  int request, int result, CompletionMerger.Form form, boolean copied) {
                seen[0] = form;
              }

              @Override
              public void onControl(long userData, int result) {
                throw new AssertionError("nothing but one send was submitted");
              }
            });
    long deadline = System.nanoTime() + TIMEOUT_NS;
    while (seen[0] == null && System.nanoTime() - deadline < 0) {
      int result = ring.enter(1, TIMEOUT_NS);
      if (result < 0
          && result != -Errno.EINTR
          && result != -Errno.ETIME
          && result != -Errno.EAGAIN) {
        throw RingUnavailableException.atUse("io_uring_enter", kernel.errnoName(-result), -result);
      }
      ring.completions().reap(merger);
    }
    if (seen[0] == null) {
      throw new RingUnavailableException(
          "a datagram to a socket of our own on 127.0.0.1 did not complete within 2 s");
    }
    return seen[0];
  }
}
