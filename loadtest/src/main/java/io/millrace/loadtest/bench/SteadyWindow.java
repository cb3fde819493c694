package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.ThreadTimes;
import java.time.Duration;

/**
 * What a sender does once it runs steadily: between two looks at the packets that arrived at the
 * far side and at the CPU time of the thread that sends, the first of them some seconds after the
 * first packets. A JVM compiles its hot loop in these first seconds; a daemon that runs for months
 * is described by what comes after. The C reference gets the same treatment.
 *
 * @param seconds between the two looks
 * @param packets that arrived between them
 * @param cpu of the sending thread between them
 */
record SteadyWindow(double seconds, long packets, ThreadTimes cpu) {
  /** From the first packet to the beginning of the window. */
  static final double WARM_UP_SECONDS = 3;

  /** The launcher may build the daemon first. */
  private static final Duration START_PATIENCE = Duration.ofMinutes(3);

  /** A link that comes up sends a few packets of its own (IPv6 neighbour discovery). */
  private static final int CERTAINLY_THE_SENDERS = 1_000;

  private static final long POLL_MS = 50;
  private static final double NS_PER_SECOND = 1e9;

  private record Look(long ns, long packets, ThreadTimes cpu) {
    static Look at(NetworkPair network, ManagedProcess sender, String thread) {
      return new Look(
          System.nanoTime(), network.arrived(), ThreadTimes.ofThread(sender.pid(), thread));
    }
  }

  /**
   * Watches a sender that was just started and sends until it is told to end.
   *
   * @param before packets that had arrived before it was started
   * @param thread the name of the thread that sends
   * @throws HarnessException if it doesn't begin, or ends meanwhile
   */
  static SteadyWindow watch(
      NetworkPair network, long before, ManagedProcess sender, String thread, double seconds) {
    long deadlineNs = System.nanoTime() + START_PATIENCE.toNanos();
    while (network.arrived() < before + CERTAINLY_THE_SENDERS) {
      if (System.nanoTime() - deadlineNs > 0 || sender.endsWithin(Duration.ZERO)) {
        throw new HarnessException("no packet came from the sender:\n  " + sender.tail(10));
      }
      pause(POLL_MS);
    }
    pause((long) (WARM_UP_SECONDS * 1000));
    Look first = Look.at(network, sender, thread);
    pause((long) (seconds * 1000));
    Look last = Look.at(network, sender, thread);
    if (sender.endsWithin(Duration.ZERO)) {
      throw new HarnessException("the sender ended by itself:\n  " + sender.tail(10));
    }
    return new SteadyWindow(
        (last.ns() - first.ns()) / NS_PER_SECOND,
        last.packets() - first.packets(),
        last.cpu().since(first.cpu()));
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  double packetsPerSecond() {
    return packets / seconds;
  }
}
