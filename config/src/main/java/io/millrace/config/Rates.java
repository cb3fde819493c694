package io.millrace.config;

import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.DatagramRate;
import io.millrace.config.PaceSettings.Unlimited;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rates as text: {@code 50 Mbit/s}, {@code 100000/s} (datagrams), {@code unlimited}. Any thread.
 */
public final class Rates {
  /** 1 Tbit/s, in bits of UDP payload per second. */
  public static final long MAX_BITS_PER_SECOND = 1_000_000_000_000L;

  /** A billion datagrams per second: one per nanosecond, the grain of the pacer's clock. */
  public static final double MAX_DATAGRAMS_PER_SECOND = 1e9;

  /** The burst of a pace that doesn't name one. */
  public static final Duration DEFAULT_BURST = Duration.ofMillis(5);

  static final String UNLIMITED = "unlimited";
  static final String DATAGRAMS_RANGE = "above 0, at most 1000000000";

  private static final Pattern DATAGRAMS_PER_SECOND = Pattern.compile("(.*\\S)\\s*/\\s*s");
  private static final BigDecimal MAX_DATAGRAMS = new BigDecimal(1_000_000_000);

  private Rates() {}

  /**
   * Bits of UDP payload per second, 1..{@link #MAX_BITS_PER_SECOND}; a fraction of a bit is
   * rounded. Units: bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s, KiB/s, MiB/s, GiB/s, case
   * matters.
   *
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  public static long parseBitsPerSecond(String text) {
    return Quantity.BIT_RATE.parse(text, 1, MAX_BITS_PER_SECOND);
  }

  /**
   * Datagrams per second: a number above 0, at most {@link #MAX_DATAGRAMS_PER_SECOND}.
   *
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  static double parseDatagramsPerSecond(String text) {
    BigDecimal value = Numbers.parse(text, "a number", DATAGRAMS_RANGE);
    // A double of 0 is one that a tiny number was rounded to.
    if (value.doubleValue() <= 0 || value.compareTo(MAX_DATAGRAMS) > 0) {
      throw new InvalidValue(Words.quote(text) + " is out of range; allowed: " + DATAGRAMS_RANGE);
    }
    return value.doubleValue();
  }

  /**
   * {@link #parse(String, Duration)} with {@link #DEFAULT_BURST}.
   *
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  public static PaceSettings parse(String text) {
    return parse(text, DEFAULT_BURST);
  }

  /**
   * A pace from one line of text, such as {@code ctl rate}'s: {@code 50 Mbit/s}, {@code 100000/s}
   * (datagrams per second) or {@code unlimited}.
   *
   * @param burst the burst of the result, unless it is unlimited
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  public static PaceSettings parse(String text, Duration burst) {
    String stripped = text.strip();
    if (stripped.equals(UNLIMITED)) {
      return new Unlimited();
    }
    Matcher datagrams = DATAGRAMS_PER_SECOND.matcher(stripped);
    if (datagrams.matches() && Numbers.isNumber(datagrams.group(1))) {
      return new DatagramRate(parseDatagramsPerSecond(datagrams.group(1)), burst);
    }
    try {
      return new BitRate(parseBitsPerSecond(stripped), burst);
    } catch (InvalidValue e) {
      throw new InvalidValue(e.text() + "; or 100000/s for datagrams; or unlimited");
    }
  }

  /** The text that {@link #parse} reads as the same pace. */
  public static String format(PaceSettings pace) {
    return switch (pace) {
      case Unlimited() -> UNLIMITED;
      case BitRate(long bitsPerSecond, _, _) -> Quantity.BIT_RATE.format(bitsPerSecond);
      case DatagramRate(double perSecond, _, _) -> formatDatagramsPerSecond(perSecond) + "/s";
    };
  }

  static String formatDatagramsPerSecond(double perSecond) {
    boolean whole = perSecond == Math.rint(perSecond) && perSecond <= MAX_DATAGRAMS_PER_SECOND;
    return whole ? Long.toString((long) perSecond) : Double.toString(perSecond);
  }
}
