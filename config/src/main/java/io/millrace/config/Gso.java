package io.millrace.config;

/**
 * {@code send.gso}: whether several datagrams of one size may leave as one request (a train).
 * Trains are not built yet: both values send single datagrams today.
 */
public enum Gso {
  /** Trains where they pay off, once they exist. */
  AUTO,
  /** Single datagrams only. */
  NEVER
}
