package io.millrace.admin;

import java.util.concurrent.atomic.AtomicLong;

/** Keeps what strangers can make happen from filling the log. Any thread. */
final class LogLimit {
  private static final long NEVER = Long.MIN_VALUE;

  private final long intervalNs;
  private final AtomicLong lastNs = new AtomicLong(NEVER);

  /**
   * A limit that has admitted nothing.
   *
   * @param intervalNs from one line to the next, at least
   */
  LogLimit(long intervalNs) {
    this.intervalNs = intervalNs;
  }

  /** Whether a line may be logged now; if so, the next one may not for a while. */
  boolean admits(long nowNs) {
    long last = lastNs.get();
    return (last == NEVER || nowNs - last >= intervalNs) && lastNs.compareAndSet(last, nowNs);
  }
}
