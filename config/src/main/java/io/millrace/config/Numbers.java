package io.millrace.config;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * Numbers without a unit, read from text: an environment variable has no other type.
 *
 * <p>Digits alone are read as a long, because BigDecimal is 10 ms of a start: its initialiser
 * squares large numbers, and has them compiled (JDK 25).
 */
final class Numbers {
  // Bounded, so that no value of a few bytes becomes a number of a few gigabytes.
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d{1,100}(\\.\\d{0,100})?|\\.\\d{1,100})([eE][+-]?\\d{1,3})?");

  /** So many fit into a long, whichever they are. */
  private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");

  private Numbers() {}

  static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  /** Whether {@link Long#parseLong} reads it: no sign, no point, no exponent, at most 18 digits. */
  static boolean isDigits(String text) {
    return DIGITS.matcher(text).matches();
  }

  /** Any number, rounded to the nearest double; the texts are for the message. */
  static double parse(String text, String allowed) {
    return Double.parseDouble(checked(text, "a number", allowed));
  }

  private static String checked(String text, String expected, String allowed) {
    String stripped = text.strip();
    if (!isNumber(stripped)) {
      throw new InvalidValue(
          "expected %s, found %s; allowed: %s".formatted(expected, Words.quote(text), allowed));
    }
    return stripped;
  }

  /** A whole number, min..max; {@code 1e3} and {@code 1000.0} are whole. */
  static long parseWhole(String text, long min, long max) {
    String allowed = max == Long.MAX_VALUE ? min + " or more" : min + " to " + max;
    String number = checked(text, "a whole number", allowed);
    if (isDigits(number)) {
      long value = Long.parseLong(number);
      if (min <= value && value <= max) {
        return value;
      }
    }
    BigDecimal value = new BigDecimal(number);
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
