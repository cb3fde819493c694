package io.millrace.config;

/** {@code rings.idle}: what a ring's thread does while it has nothing to do. */
public enum IdleMode {
  /** Never gives the CPU away: lowest latency, one core always at 100 %. */
  BUSY_SPIN,
  /** Spins, then yields, then sleeps for longer and longer. */
  ADAPTIVE,
  /** Sleeps at once: least CPU time, highest latency. */
  PARK
}
