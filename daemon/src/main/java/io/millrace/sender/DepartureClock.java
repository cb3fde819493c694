package io.millrace.sender;

import io.millrace.shim.KernelAbi;
import io.millrace.stream.TxTime;

/**
 * Turns a due time of the schedule into the departure time that a datagram brings, on the clock of
 * its target's queue. Owned by one SenderThread.
 */
final class DepartureClock {
  private long nowNs;
  private long taiOffsetNs;

  /** The time of the duty cycle. */
  void at(long newNowNs) {
    nowNs = newNowNs;
  }

  long nowNs() {
    return nowNs;
  }

  /** CLOCK_TAI less the schedule's clock, now; it changes when the clock is stepped. */
  void taiOffset(long newOffsetNs) {
    taiOffsetNs = newOffsetNs;
  }

  /** The departure time; what is late leaves as soon as the queue takes it. */
  long departureNs(TxTime txTime, long dueNs) {
    if (txTime.leastAheadNs() == 0) {
      return dueNs;
    }
    long soonestNs = nowNs + txTime.leastAheadNs();
    // By difference, as the clock's origin is anywhere.
    long departureNs = dueNs - soonestNs >= 0 ? dueNs : soonestNs;
    return txTime.clock() == KernelAbi.CLOCK_TAI ? departureNs + taiOffsetNs : departureNs;
  }
}
