package io.millrace.config;

import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.DatagramRate;
import io.millrace.config.PaceSettings.SourceTiming;
import io.millrace.config.PaceSettings.Unlimited;
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

  /**
   * The burst of a source's own timing that doesn't name one: a stall is made up for rather than
   * delaying all that follows, as receivers go by the stream's clock.
   */
  public static final Duration DEFAULT_SOURCE_BURST = Duration.ofMillis(200);

  static final String UNLIMITED = "unlimited";
  static final String SOURCE = "source";
  static final String SPEED_RANGE = "0.001 to 1000";
  static final String DATAGRAMS_RANGE = "above 0, at most 1000000000";

  private static final Pattern DATAGRAMS_PER_SECOND = Pattern.compile("(.*\\S)\\s*/\\s*s");
  private static final Pattern TIMES_SOURCE = Pattern.compile("(.*\\S)\\s*x\\s*source");
  private static final double MIN_SPEED = 0.001;
  private static final double MAX_SPEED = 1000;

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
    double value = Numbers.parse(text, DATAGRAMS_RANGE);
    // 0 may be what a tiny number was rounded to.
    if (value <= 0 || value > MAX_DATAGRAMS_PER_SECOND) {
      throw new InvalidValue(Words.quote(text) + " is out of range; allowed: " + DATAGRAMS_RANGE);
    }
    return value;
  }

  /**
   * A factor of the source's own speed, 0.001 to 1000.
   *
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  static double parseSpeed(String text) {
    double value = Numbers.parse(text, SPEED_RANGE);
    if (value < MIN_SPEED || value > MAX_SPEED) {
      throw new InvalidValue(Words.quote(text) + " is out of range; allowed: " + SPEED_RANGE);
    }
    return value;
  }

  /**
   * {@link #parse(String, Duration)} with {@link #DEFAULT_BURST}, or {@link #DEFAULT_SOURCE_BURST}.
   *
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  public static PaceSettings parse(String text) {
    PaceSettings pace = parse(text, DEFAULT_BURST);
    return pace instanceof SourceTiming(double speed, _)
        ? new SourceTiming(speed, DEFAULT_SOURCE_BURST)
        : pace;
  }

  /**
   * A pace from one line of text, such as {@code ctl rate}'s: {@code 50 Mbit/s}, {@code 100000/s}
   * (datagrams per second), {@code unlimited}, or {@code source} and {@code 2 x source} for streams
   * whose source has times.
   *
   * @param burst the burst of the result, unless it is unlimited
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  public static PaceSettings parse(String text, Duration burst) {
    String stripped = text.strip();
    if (stripped.equals(UNLIMITED)) {
      return new Unlimited();
    }
    if (stripped.equals(SOURCE)) {
      return new SourceTiming(1, burst);
    }
    Matcher timesSource = TIMES_SOURCE.matcher(stripped);
    if (timesSource.matches()) {
      return new SourceTiming(parseSpeed(timesSource.group(1)), burst);
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
    double rate = pace.rate();
    return switch (pace.unit()) {
      case UNLIMITED -> UNLIMITED;
      case SOURCE -> rate == 1 ? SOURCE : formatDatagramsPerSecond(rate) + " x " + SOURCE;
      case BITS_PER_SECOND -> Quantity.BIT_RATE.format((long) rate);
      case DATAGRAMS_PER_SECOND -> formatDatagramsPerSecond(rate) + "/s";
    };
  }

  static String formatDatagramsPerSecond(double perSecond) {
    boolean whole = perSecond == Math.rint(perSecond) && perSecond <= MAX_DATAGRAMS_PER_SECOND;
    return whole ? Long.toString((long) perSecond) : Double.toString(perSecond);
  }
}
