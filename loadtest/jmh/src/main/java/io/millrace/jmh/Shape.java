package io.millrace.jmh;

import io.millrace.counters.RingCounters;

/** How the kernel reports a batch of zero-copy sends. */
public enum Shape {
  /** One CQE per request: (n, NOTIF). */
  COMBINED(1, RingCounters.Mode.COMBINED),
  /** (n, MORE)(0, NOTIF), request after request. */
  PAIRED_ADJACENT(2, RingCounters.Mode.PAIRED),
  /** (n, MORE) of every request of the batch, then (0, NOTIF) of every one. */
  PAIRED_RESULTS_FIRST(2, RingCounters.Mode.PAIRED);

  private final int cqesPerRequest;
  private final RingCounters.Mode mode;

  Shape(int cqesPerRequest, RingCounters.Mode mode) {
    this.cqesPerRequest = cqesPerRequest;
    this.mode = mode;
  }

  public int cqesPerRequest() {
    return cqesPerRequest;
  }

  /** What the product counts such completions as. */
  public RingCounters.Mode mode() {
    return mode;
  }
}
