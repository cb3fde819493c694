package io.millrace.loadtest.bench;

import java.util.List;

/**
 * How the suite measures.
 *
 * @param seconds of a window
 * @param batch requests per system call
 * @param cpu that senders are pinned to
 * @param otherCpu a second one, for a second ring and for the receiver; -1 if there is none
 * @param targets of the many-targets cases, beside 1
 * @param combineBit of the combined mode, for the C reference
 * @param quick one size, and one of each kind of everything
 * @param onlyPolled only the part about polled rings
 */
public record SuiteSettings(
    int rounds,
    double seconds,
    int batch,
    int cpu,
    int otherCpu,
    List<Integer> sizes,
    List<Integer> targets,
    int combineBit,
    boolean quick,
    boolean onlyPolled) {
  /** For targets, rings and loopback. */
  static final int COMMON_BYTES = 1400;

  /** A native program has nothing to compile; its first passes touch its memory. */
  static final double NATIVE_WARM_UP_SECONDS = 0.3;

  /** A JVM compiles its hot loop in that time, on the other core. */
  static final double DAEMON_WARM_UP_SECONDS = 1.5;

  private static final double QUICK_DAEMON_WARM_UP_SECONDS = 0.3;

  /** A kernel thread that polls takes a CPU of its own. */
  void throwIfNoCpuFor(Mode mode) throws NotAvailableException {
    if (mode.polled() && otherCpu < 0) {
      throw new NotAvailableException("a kernel thread that polls needs a second CPU");
    }
  }

  /** From the daemon's first packet to the beginning of its window. */
  double daemonWarmUpSeconds() {
    return quick ? QUICK_DAEMON_WARM_UP_SECONDS : DAEMON_WARM_UP_SECONDS;
  }
}
