package io.millrace.sender;

import java.util.concurrent.TimeUnit;

/** What a sender thread does when it has nothing to do. */
public enum IdleStrategy {
  /** Never gives up the CPU: the least lateness, one core at 100 %. */
  BUSY_SPIN,
  /**
   * Sleeps in the kernel until shortly before the next datagram is due, then spins; sleeps after a
   * short spin otherwise.
   */
  ADAPTIVE,
  /** Sleeps in the kernel whenever it can: the least CPU time, datagrams late by a wake-up. */
  PARK;

  /**
   * Longer than the kernel takes to wake a thread whose timer slack is 1 ns, on machines seen so
   * far.
   */
  private static final long WAKE_UP_NS = TimeUnit.MICROSECONDS.toNanos(60);

  /** How long an adaptive thread spins after its last work before it sleeps. */
  private static final long SPIN_NS = TimeUnit.MICROSECONDS.toNanos(20);

  /**
   * How long to sleep.
   *
   * @param untilDueNs time until the next datagram is due, above 0
   * @param idleNs time since there was something to do
   * @return nanoseconds to sleep at most; 0: spin
   */
  long sleepNs(long untilDueNs, long idleNs) {
    return switch (this) {
      case BUSY_SPIN -> 0;
      case PARK -> untilDueNs;
      case ADAPTIVE -> untilDueNs <= WAKE_UP_NS || idleNs < SPIN_NS ? 0 : untilDueNs - WAKE_UP_NS;
    };
  }
}
