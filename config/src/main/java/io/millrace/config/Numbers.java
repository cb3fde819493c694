package io.millrace.config;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** Numbers without a unit, read from text: an environment variable has no other type. */
final class Numbers {
  // Bounded, so that no value of a few bytes becomes a number of a few gigabytes.
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d{1,100}(\\.\\d{0,100})?|\\.\\d{1,100})([eE][+-]?\\d{1,3})?");

  private Numbers() {}

  static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  /** Any finite number; {@code expected} and {@code allowed} are for the message. */
  static BigDecimal parse(String text, String expected, String allowed) {
    String stripped = text.strip();
    if (!isNumber(stripped)) {
      throw new InvalidValue(
          "expected %s, found %s; allowed: %s".formatted(expected, Words.quote(text), allowed));
    }
    return new BigDecimal(stripped);
  }

  /** A whole number, min..max; {@code 1e3} and {@code 1000.0} are whole. */
  static long parseWhole(String text, long min, long max) {
    String allowed = max == Long.MAX_VALUE ? min + " or more" : min + " to " + max;
    BigDecimal value = parse(text, "a whole number", allowed);
    if (value.compareTo(BigDecimal.valueOf(min)) < 0
        || value.compareTo(BigDecimal.valueOf(max)) > 0) {
      throw new InvalidValue(text.strip() + " is out of range; allowed: " + allowed);
    }
    if (value.stripTrailingZeros().scale() > 0) {
      throw new InvalidValue(text.strip() + " is not a whole number; allowed: " + allowed);
    }
    return value.longValueExact();
  }
}
