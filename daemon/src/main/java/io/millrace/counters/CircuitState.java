package io.millrace.counters;

/** Whether a target gets what it is offered. */
public enum CircuitState {
  /** It does. */
  CLOSED("closed"),
  /** It has failed again and again: what it is offered is dropped. */
  OPEN("open"),
  /** It is to get one datagram, which shows how it is. */
  HALF_OPEN("half-open"),
  /** That datagram is in the kernel. */
  PROBING("probing");

  private static final CircuitState[] VALUES = values();

  private final String label;

  CircuitState(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  static CircuitState of(int ordinal) {
    return VALUES[ordinal];
  }
}
