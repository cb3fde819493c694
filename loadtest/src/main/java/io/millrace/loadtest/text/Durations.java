package io.millrace.loadtest.text;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 2s}, {@code 500 ms}, {@code 1.5m}. Any thread. */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*([a-zA-Z]+)");
  private static final Map<String, Long> UNIT_NS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private Durations() {}

  /**
   * Parses one duration.
   *
   * @throws IllegalArgumentException whose message says what is allowed; a bare number is refused,
   *     since readers disagree on its unit
   */
  public static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    Long unitNs = matcher.matches() ? UNIT_NS.get(matcher.group(2)) : null;
    if (unitNs == null) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a duration: a number and ns, us, ms, s, m or h, for example 500ms or 2s");
    }
    double ns = Double.parseDouble(matcher.group(1)) * unitNs;
    if (ns > Long.MAX_VALUE / 4.0) {
      throw new IllegalArgumentException("'" + text + "' is too long a duration");
    }
    return Duration.ofNanos(Math.round(ns));
  }
}
