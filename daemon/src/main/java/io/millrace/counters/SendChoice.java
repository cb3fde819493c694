package io.millrace.counters;

import java.util.Locale;

/** Whether a target is sent from the slots themselves, and why. */
public enum SendChoice {
  /** {@code send.zero-copy = always}. */
  ZERO_COPY_CONFIGURED(true, "configured"),
  /** {@code send.zero-copy = never}, or the engine can't: no SEND_ZC, or no ring at all. */
  COPY_CONFIGURED(false, "configured, or the engine has no zero copy"),
  /** {@code pace.kernel = txtime}. */
  COPY_TIMED(false, "datagrams that bring their departure times are copied"),
  /** Nothing speaks against it so far: too few requests at a time to measure. */
  ZERO_COPY_ASSUMED(true, "not measured yet"),
  /** Requests of this size are sent in both ways in turn. */
  MEASURING(true, "being measured"),
  ZERO_COPY_MEASURED(true, "measured: no slower than copying requests of this size"),
  COPY_MEASURED(false, "measured: copying is faster for requests of this size"),
  /** What the samples say: loopback does, and a device that can't gather. */
  COPY_FOR_THE_KERNEL_DOES(false, "the kernel copies what is sent to this target all the same");

  private static final SendChoice[] VALUES = values();

  private final boolean zeroCopy;
  private final String reason;

  SendChoice(boolean zeroCopy, String reason) {
    this.zeroCopy = zeroCopy;
    this.reason = reason;
  }

  /** For programs: {@code copy_measured}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean zeroCopy() {
    return zeroCopy;
  }

  /** For people. */
  public String reason() {
    return reason;
  }

  static SendChoice of(int ordinal) {
    return VALUES[ordinal];
  }
}
