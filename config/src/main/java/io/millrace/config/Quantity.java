package io.millrace.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A number with a unit. The unit is never guessed: a bare number is an error.
 *
 * @param units every unit allowed and its worth in the base unit
 * @param formatted how many of the units {@link #format} uses: the first ones, in ascending order
 * @param shown how many of the units messages list; the others are HOCON's long forms
 * @param example a value that is right
 * @param base what a whole number of is counted, for messages
 */
record Quantity(
    SequencedMap<String, Long> units, int formatted, int shown, String example, String base) {

  /** Durations in nanoseconds; HOCON's units. */
  static final Quantity DURATION = duration();

  /**
   * Sizes in bytes; HOCON's units: {@code k} and {@code K} are 1024 as in HOCON, {@code kB} is
   * 1000.
   */
  static final Quantity SIZE = size();

  /** Rates in bit/s. */
  static final Quantity BIT_RATE = bitRate();

  // Three digits of exponent are plenty, and keep a value such as 1e999999999 from filling the
  // memory.
  private static final Pattern NUMBER_UNIT =
      Pattern.compile("([+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d{1,3})?)\\s*(.*)");

  /** The value in whole base units, min..max. */
  long parse(String text, long min, long max) {
    return parse(text, min, max, false);
  }

  /** Like {@link #parse}, and a fraction of the base unit is an error. */
  long parseWhole(String text, long min, long max) {
    return parse(text, min, max, true);
  }

  private long parse(String text, long min, long max, boolean whole) {
    Matcher parts = NUMBER_UNIT.matcher(text.strip());
    if (text.length() > 100 || !parts.matches()) {
      throw new InvalidValue(
          "expected a number and a unit such as %s, found %s; %s"
              .formatted(example, Words.quote(text), allowed(min, max)));
    }
    String number = parts.group(1);
    long worth = worth(parts.group(2), text, min, max);
    if (Numbers.isDigits(number)) {
      long count = Long.parseLong(number);
      if (count <= max / worth && count * worth >= min) {
        return count * worth;
      }
    }
    BigDecimal value = new BigDecimal(number).multiply(BigDecimal.valueOf(worth));
    if (value.compareTo(BigDecimal.valueOf(min)) < 0
        || value.compareTo(BigDecimal.valueOf(max)) > 0) {
      throw new InvalidValue(Words.quote(text) + " is out of range; " + allowed(min, max));
    }
    BigDecimal rounded = value.setScale(0, RoundingMode.HALF_UP);
    if (whole && value.compareTo(rounded) != 0) {
      throw new InvalidValue(
          Words.quote(text) + " is not a whole number of " + base + "; " + allowed(min, max));
    }
    return rounded.longValueExact();
  }

  private long worth(String unit, String text, long min, long max) {
    if (unit.isEmpty()) {
      throw new InvalidValue(
          "%s has no unit; write for example %s; %s"
              .formatted(text.strip(), example, allowed(min, max)));
    }
    Long worth = units.get(unit);
    if (worth == null) {
      throw new InvalidValue(
          "unknown unit %s in %s; allowed: %s%s"
              .formatted(
                  Words.quote(unit),
                  Words.quote(text),
                  units.keySet().stream().limit(shown).collect(Collectors.joining(", ")),
                  Suggestions.didYouMean(unit, units.keySet())));
    }
    return worth;
  }

  private String allowed(long min, long max) {
    return "allowed: " + range(min, max);
  }

  String range(long min, long max) {
    return format(min) + " to " + format(max);
  }

  /** With the largest unit that needs no fraction: {@code 64 KiB}, {@code 1500 us}. */
  String format(long value) {
    if (value == 0) {
      return "0" + example.substring(example.indexOf(' '));
    }
    String text = value + " " + units.firstEntry().getKey();
    for (Map.Entry<String, Long> unit : units.entrySet().stream().limit(formatted).toList()) {
      long worth = unit.getValue();
      if (value % worth == 0) {
        text = value / worth + " " + unit.getKey();
      }
    }
    return text;
  }

  private static Quantity duration() {
    var units = new LinkedHashMap<String, Long>();
    add(units, 1, "ns");
    add(units, 1_000, "us");
    add(units, 1_000_000, "ms");
    add(units, 1_000_000_000, "s");
    int formatted = units.size();
    add(units, 60_000_000_000L, "m");
    add(units, 3_600_000_000_000L, "h");
    add(units, 86_400_000_000_000L, "d");
    int shown = units.size();
    add(units, 1, "nano", "nanos", "nanosecond", "nanoseconds");
    add(units, 1_000, "micro", "micros", "microsecond", "microseconds");
    add(units, 1_000_000, "milli", "millis", "millisecond", "milliseconds");
    add(units, 1_000_000_000, "second", "seconds");
    add(units, 60_000_000_000L, "minute", "minutes");
    add(units, 3_600_000_000_000L, "hour", "hours");
    add(units, 86_400_000_000_000L, "day", "days");
    return new Quantity(units, formatted, shown, "5 ms", "nanoseconds");
  }

  private static Quantity size() {
    var units = new LinkedHashMap<String, Long>();
    add(units, 1, "B");
    add(units, 1L << 10, "KiB");
    add(units, 1L << 20, "MiB");
    add(units, 1L << 30, "GiB");
    int formatted = units.size();
    add(units, 1_000, "kB");
    add(units, 1_000_000, "MB");
    add(units, 1_000_000_000, "GB");
    int shown = units.size();
    add(units, 1, "b", "byte", "bytes");
    add(units, 1L << 10, "K", "k", "Ki", "kibibyte", "kibibytes");
    add(units, 1L << 20, "M", "m", "Mi", "mebibyte", "mebibytes");
    add(units, 1L << 30, "G", "g", "Gi", "gibibyte", "gibibytes");
    add(units, 1_000, "kilobyte", "kilobytes");
    add(units, 1_000_000, "megabyte", "megabytes");
    add(units, 1_000_000_000, "gigabyte", "gigabytes");
    return new Quantity(units, formatted, shown, "64 KiB", "bytes");
  }

  private static Quantity bitRate() {
    var units = new LinkedHashMap<String, Long>();
    add(units, 1, "bit/s");
    add(units, 1_000, "kbit/s");
    add(units, 1_000_000, "Mbit/s");
    add(units, 1_000_000_000, "Gbit/s");
    int formatted = units.size();
    add(units, 8, "B/s");
    add(units, 8_000, "kB/s");
    add(units, 8_000_000, "MB/s");
    add(units, 8_000_000_000L, "GB/s");
    add(units, 8L << 10, "KiB/s");
    add(units, 8L << 20, "MiB/s");
    add(units, 8L << 30, "GiB/s");
    return new Quantity(units, formatted, units.size(), "50 Mbit/s", "bits per second");
  }

  private static void add(Map<String, Long> units, long worth, String... names) {
    for (String name : names) {
      units.put(name, worth);
    }
  }
}
