package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.ThreadTimes;
import java.time.Duration;

/**
 * What a sender does once it runs steadily: between two looks at the packets that arrived at the
 * far side and at the CPU time of the sender, the first of them some time after the first packets.
 * A JVM compiles its hot loop in its first seconds; a daemon that runs for months is described by
 * what comes after.
 *
 * @param seconds between the two looks
 * @param arrivals between them
 * @param cpu of the sender between them
 */
record SteadyWindow(double seconds, Arrivals arrivals, ThreadTimes cpu) {
  private static final Duration START_PATIENCE = Duration.ofSeconds(30);

  /** More than a peer sends to agree on a test. */
  private static final int CERTAINLY_THE_SENDERS = 1_000;

  private static final long POLL_MS = 50;
  private static final double NS_PER_SECOND = 1e9;

  /** Asking for the counter takes some milliseconds; it was read about half-way. */
  private record Look(long ns, Arrivals arrivals, ThreadTimes cpu) {
    static Look at(NetworkPair network, CpuMeter cpu) {
      long before = System.nanoTime();
      Arrivals arrivals = network.arrived();
      long after = System.nanoTime();
      return new Look(before + (after - before) / 2, arrivals, cpu.read());
    }
  }

  /**
   * Waits until a sender that was just started sends.
   *
   * @param before what had arrived before it was started
   * @throws HarnessException if it doesn't begin
   */
  static void awaitTraffic(NetworkPair network, Arrivals before, ManagedProcess sender) {
    long deadlineNs = System.nanoTime() + START_PATIENCE.toNanos();
    while (network.arrived().packets() < before.packets() + CERTAINLY_THE_SENDERS) {
      if (System.nanoTime() - deadlineNs > 0 || sender.endsWithin(Duration.ZERO)) {
        throw new HarnessException("no packet came from the sender:\n  " + sender.tail(10));
      }
      pause(POLL_MS);
    }
  }

  /**
   * Watches a sender that sends until it is told to end.
   *
   * @param warmUpSeconds before the window
   * @throws HarnessException if it ends meanwhile
   */
  static SteadyWindow watch(
      NetworkPair network,
      ManagedProcess sender,
      CpuMeter cpu,
      double warmUpSeconds,
      double seconds) {
    pause((long) (warmUpSeconds * 1000));
    Look first = Look.at(network, cpu);
    pause((long) (seconds * 1000));
    Look last = Look.at(network, cpu);
    if (sender.endsWithin(Duration.ZERO)) {
      throw new HarnessException("the sender ended by itself:\n  " + sender.tail(10));
    }
    return new SteadyWindow(
        (last.ns() - first.ns()) / NS_PER_SECOND,
        last.arrivals().since(first.arrivals()),
        last.cpu().since(first.cpu()));
  }

  static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  double packetsPerSecond() {
    return arrivals.packets() / seconds;
  }
}
