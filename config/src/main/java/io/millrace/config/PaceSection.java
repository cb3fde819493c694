package io.millrace.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.DatagramRate;
import io.millrace.config.PaceSettings.SourceTiming;
import io.millrace.config.PaceSettings.Unlimited;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream's {@code pace}: a text as {@code ctl rate} takes it, or an object with one rate. */
final class PaceSection {
  private static final Duration MAX_BURST = Duration.ofSeconds(10);

  /**
   * Datagrams with a time are handed over up to the burst ahead: a sender that wakes late needs it.
   */
  private static final Duration MIN_TXTIME_BURST = Duration.ofMillis(1);

  /** SO_MAX_PACING_RATE is taken as 32 bits of bytes per second, headers included. */
  private static final double MAX_KERNEL_BITS_PER_SECOND = 30e9;

  private static final String BIT_RATE = "rate";
  private static final String DATAGRAM_RATE = "datagrams-per-second";
  private static final String KERNEL = "kernel";
  private static final String SPEED = "speed";
  private static final String NO_TIMING =
      "is for sources that say when their datagrams are due; allowed here: a rate, or unlimited";
  private static final String ALLOWED =
      "allowed: unlimited, 50 Mbit/s, 100000/s (datagrams), { rate = 50 Mbit/s } or"
          + " { datagrams-per-second = 100000 }";

  private PaceSection() {}

  /**
   * Reads it.
   *
   * @param source of the stream: whether it has times, and what a rate of datagrams comes to
   */
  static PaceSettings read(ObjectReader stream, SourceSettings source) {
    ConfigValue pace = stream.value("pace");
    if (pace == null) {
      return source.hasTiming() ? new SourceTiming(1, Rates.DEFAULT_SOURCE_BURST) : new Unlimited();
    }
    if (pace instanceof ConfigObject rates) {
      return readRate(new ObjectReader(rates, stream.pathOf("pace"), stream.problems()), source);
    }
    String text = String.valueOf(pace.unwrapped());
    try {
      PaceSettings parsed = Rates.parse(text);
      if (parsed instanceof SourceTiming && !source.hasTiming()) {
        stream.problem("pace", NO_TIMING);
      }
      return parsed;
    } catch (InvalidValue e) {
      stream.problem(
          "pace",
          text.contains("/")
              ? e.text()
              : "%s is not a pace; %s%s"
                  .formatted(
                      Words.quote(text),
                      ALLOWED,
                      Suggestions.didYouMean(text, List.of(Rates.UNLIMITED, Rates.SOURCE))));
      return new Unlimited();
    }
  }

  private static PaceSettings readRate(ObjectReader pace, SourceSettings source) {
    Long bitsPerSecond = pace.optional(BIT_RATE, ValueKind.bitRate());
    Double datagramsPerSecond = pace.optional(DATAGRAM_RATE, ValueKind.datagramRate());
    Duration givenBurst = pace.optional("burst", ValueKind.duration(Duration.ZERO, MAX_BURST));
    KernelPacing kernel =
        pace.optional(KERNEL, ValueKind.oneOf(KernelPacing.class), KernelPacing.NONE);
    Double speed = pace.optional(SPEED, ValueKind.speed());
    pace.rejectUnknownKeys();
    boolean hasRate = bitsPerSecond != null || datagramsPerSecond != null;
    if (speed != null || (source.hasTiming() && !hasRate && kernel == KernelPacing.NONE)) {
      return readSpeed(pace, source, speed, givenBurst);
    }
    Duration burst = givenBurst == null ? Rates.DEFAULT_BURST : givenBurst;
    if (kernel == KernelPacing.TXTIME && burst.compareTo(MIN_TXTIME_BURST) < 0) {
      pace.problem("burst", "is too short for kernel = txtime; allowed with it: 1 ms to 10 s");
    }
    if (bitsPerSecond != null && datagramsPerSecond != null) {
      pace.problem(DATAGRAM_RATE, "excludes rate, and both are given; allowed: one of the two");
    }
    if (bitsPerSecond != null) {
      checkKernel(pace, BIT_RATE, kernel, bitsPerSecond);
      return new BitRate(bitsPerSecond, burst, kernel);
    }
    if (datagramsPerSecond != null) {
      checkKernel(
          pace, DATAGRAM_RATE, kernel, datagramsPerSecond * source.datagramBytes() * Byte.SIZE);
      return new DatagramRate(datagramsPerSecond, burst, kernel);
    }
    pace.problem(BIT_RATE, "is missing; " + ALLOWED);
    return new Unlimited();
  }

  private static PaceSettings readSpeed(
      ObjectReader pace,
      SourceSettings source,
      @Nullable Double speed,
      @Nullable Duration givenBurst) {
    for (String other : List.of(BIT_RATE, DATAGRAM_RATE, KERNEL)) {
      if (pace.value(other) != null) {
        pace.problem(other, "excludes speed, and both are given; allowed: one of the two");
      }
    }
    if (!source.hasTiming()) {
      pace.problem(SPEED, NO_TIMING);
    }
    return new SourceTiming(
        speed == null ? 1 : speed, givenBurst == null ? Rates.DEFAULT_SOURCE_BURST : givenBurst);
  }

  private static void checkKernel(
      ObjectReader pace, String key, KernelPacing kernel, double bitsPerSecond) {
    if (kernel == KernelPacing.FQ && bitsPerSecond > MAX_KERNEL_BITS_PER_SECOND) {
      pace.problem(
          key, "is more than the kernel paces; allowed with kernel = fq: at most 30 Gbit/s");
    }
  }
}
