package io.millrace.config;

/** {@code send.gso}: whether several datagrams of one size may leave as one request (a train). */
public enum Gso {
  /** Trains of what is due together, where the target takes them. */
  AUTO,
  /** Single datagrams only. */
  NEVER
}
