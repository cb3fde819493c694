package io.millrace.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * UDP ports: {@code 5004}, or {@code 5000-5010}, both ends included.
 *
 * @param first 0..65535
 * @param last at least {@code first}
 */
public record PortRange(int first, int last) {
  /** Every port. */
  public static final PortRange ANY = new PortRange(0, 65535);

  static final String FORMS = "a port such as 5004, or a range such as \"5000-5010\"; 0 to 65535";

  private static final Pattern RANGE = Pattern.compile("(\\d{1,5})\\s*(?:-\\s*(\\d{1,5}))?");

  static PortRange parse(String text) {
    Matcher matcher = RANGE.matcher(text.strip());
    if (!matcher.matches()) {
      throw invalid(text, "is no port or range of ports");
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    if (last > ANY.last) {
      throw invalid(text, "is out of range");
    }
    if (first > last) {
      throw invalid(text, "ends before it begins");
    }
    return new PortRange(first, last);
  }

  private static InvalidValue invalid(String text, String what) {
    return new InvalidValue("%s %s; allowed: %s".formatted(Words.quote(text), what, FORMS));
  }

  /** The text that {@link #parse} reads as the same. */
  @Override
  public String toString() {
    return first == last ? String.valueOf(first) : first + "-" + last;
  }
}
