package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;

/**
 * The rate at which packets arrive at the far side once a sender runs steadily: counted over a
 * window that begins some seconds after the first packet. A JVM compiles its hot loop in these
 * first seconds; a daemon that runs for months is described by what comes after. The C reference
 * gets the same treatment. Watches from a thread of its own.
 */
final class SteadyRate {
  /** From the first packet to the beginning of the window. */
  static final double WARM_UP_SECONDS = 3;

  private static final long POLL_MS = 100;
  private static final double NS_PER_SECOND = 1e9;

  private final NetworkPair network;
  private final double seconds;
  private final Thread thread;
  private volatile boolean ended;
  private volatile double perSecond = Double.NaN;

  private SteadyRate(NetworkPair network, double seconds) {
    this.network = network;
    this.seconds = seconds;
    thread = Thread.ofPlatform().name("steady-rate").daemon().unstarted(this::watch);
  }

  /** Begins to watch; the sender is started next. */
  static SteadyRate begin(NetworkPair network, double seconds) {
    SteadyRate rate = new SteadyRate(network, seconds);
    rate.thread.start();
    return rate;
  }

  private void watch() {
    try {
      long before = network.arrived();
      while (network.arrived() == before) {
        if (ended) {
          return;
        }
        Thread.sleep(POLL_MS);
      }
      Thread.sleep((long) (WARM_UP_SECONDS * 1000));
      long firstNs = System.nanoTime();
      long first = network.arrived();
      Thread.sleep((long) (seconds * 1000));
      long lastNs = System.nanoTime();
      long last = network.arrived();
      if (!ended) {
        perSecond = (last - first) / ((lastNs - firstNs) / NS_PER_SECOND);
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts this thread", interrupted);
    }
  }

  /**
   * Packets per second; the sender has ended.
   *
   * @throws HarnessException if it ended before the window did
   */
  double end() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted");
    }
    if (Double.isNaN(perSecond)) {
      throw new HarnessException("a sender ended before its steady rate was measured");
    }
    return perSecond;
  }
}
