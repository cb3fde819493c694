package io.millrace.config;

import java.time.Duration;

/** Durations as text: {@code 500 ms}, {@code 2s}. Any thread. */
public final class Durations {
  private Durations() {}

  /**
   * A number with one of HOCON's units.
   *
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  public static Duration parse(String text, Duration min, Duration max) {
    return Duration.ofNanos(Quantity.DURATION.parse(text, min.toNanos(), max.toNanos()));
  }
}
