package io.millrace;

import io.millrace.config.StreamSettings;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.TargetSocket;
import io.millrace.stream.TxTime;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.NetworkInterface;
import java.net.SocketException;

/**
 * Looks up what becomes of departure times on the way to a target ({@code pace.kernel = txtime}).
 * Other queues than fq and etf send at once whatever the time, which would be a burst instead of a
 * pace, so they are refused. Any thread.
 */
final class DepartureQueue {
  /** Of the kernel's names of kinds of queueing disciplines (IFNAMSIZ). */
  private static final int KIND_BYTES = 16;

  private static final double NS_PER_MS = 1e6;

  private DepartureQueue() {}

  /**
   * How the queue takes the times.
   *
   * @throws StartupException if it doesn't, or drops what this stream would hand over
   */
  static TxTime of(Kernel kernel, TargetSocket socket, StreamSettings stream)
      throws StartupException {
    int device = socket.device();
    String kind = kind(kernel, device);
    return switch (kind) {
      case "fq" -> TxTime.FQ;
      case "etf" -> etf(kernel, device, KernelPace.leadNs(stream));
      default ->
          throw refused(
              ("pace.kernel = txtime: datagrams leave by %s, and its queue (%s) does not wait for"
                      + " their times; run `tc qdisc replace dev %s root fq`, or set pace.kernel ="
                      + " none")
                  .formatted(name(device), kind, name(device)));
    };
  }

  private static String kind(Kernel kernel, int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment kind = arena.allocate(KIND_BYTES);
      return kernel.deviceQdisc(device, kind, KIND_BYTES) < 0 ? "unknown" : kind.getString(0);
    }
  }

  private static TxTime etf(Kernel kernel, int device, long leadNs) throws StartupException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment delta = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment flags = arena.allocate(ValueLayout.JAVA_INT);
      int result = kernel.deviceEtf(device, delta, flags);
      if (result < 0) {
        throw refused("reading the queue of " + name(device) + ": " + kernel.errnoName(-result));
      }
      if ((flags.get(ValueLayout.JAVA_INT, 0) & KernelAbi.TC_ETF_DEADLINE_MODE_ON) != 0) {
        throw refused(
            ("pace.kernel = txtime: etf on %s sends as early as it can (deadline_mode); set it up"
                    + " without deadline_mode")
                .formatted(name(device)));
      }
      TxTime etf = TxTime.etf(delta.get(ValueLayout.JAVA_INT, 0));
      if (leadNs < etf.leastAheadNs()) {
        throw refused(
            "pace.kernel = txtime: etf on %s wants datagrams %.1f ms ahead (its delta, and 0.5 ms),"
                    .formatted(name(device), etf.leastAheadNs() / NS_PER_MS)
                + " and this stream comes %.1f ms ahead, which is half of its burst or of 31"
                    .formatted(leadNs / NS_PER_MS)
                + " datagrams; raise pace.burst, or lower delta or the rate");
      }
      return etf;
    }
  }

  private static String name(int device) {
    try {
      NetworkInterface found = device > 0 ? NetworkInterface.getByIndex(device) : null;
      return found == null ? "interface " + device : found.getName();
    } catch (SocketException gone) {
      return "interface " + device;
    }
  }

  private static StartupException refused(String message) {
    return new StartupException(ExitCode.ENVIRONMENT, message);
  }
}
