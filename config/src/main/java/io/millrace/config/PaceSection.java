package io.millrace.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.DatagramRate;
import io.millrace.config.PaceSettings.Unlimited;
import java.time.Duration;
import java.util.List;

/** A stream's {@code pace}: a text as {@code ctl rate} takes it, or an object with one rate. */
final class PaceSection {
  private static final Duration MAX_BURST = Duration.ofSeconds(10);

  /** SO_MAX_PACING_RATE is taken as 32 bits of bytes per second, headers included. */
  private static final double MAX_KERNEL_BITS_PER_SECOND = 30e9;

  private static final String BIT_RATE = "rate";
  private static final String DATAGRAM_RATE = "datagrams-per-second";
  private static final String ALLOWED =
      "allowed: unlimited, 50 Mbit/s, 100000/s (datagrams), { rate = 50 Mbit/s } or"
          + " { datagrams-per-second = 100000 }";

  private PaceSection() {}

  /**
   * Reads it.
   *
   * @param datagramBytes of the stream, to tell what a rate of datagrams comes to
   */
  static PaceSettings read(ObjectReader stream, int datagramBytes) {
    ConfigValue pace = stream.value("pace");
    if (pace == null) {
      return new Unlimited();
    }
    if (pace instanceof ConfigObject rates) {
      return readRate(
          new ObjectReader(rates, stream.pathOf("pace"), stream.problems()), datagramBytes);
    }
    String text = String.valueOf(pace.unwrapped());
    try {
      return Rates.parse(text);
    } catch (InvalidValue e) {
      stream.problem(
          "pace",
          text.contains("/")
              ? e.text()
              : "%s is not a pace; %s%s"
                  .formatted(
                      Words.quote(text),
                      ALLOWED,
                      Suggestions.didYouMean(text, List.of(Rates.UNLIMITED))));
      return new Unlimited();
    }
  }

  private static PaceSettings readRate(ObjectReader pace, int datagramBytes) {
    Long bitsPerSecond = pace.optional(BIT_RATE, ValueKind.bitRate());
    Double datagramsPerSecond = pace.optional(DATAGRAM_RATE, ValueKind.datagramRate());
    Duration burst =
        pace.optional("burst", ValueKind.duration(Duration.ZERO, MAX_BURST), Rates.DEFAULT_BURST);
    KernelPacing kernel =
        pace.optional("kernel", ValueKind.oneOf(KernelPacing.class), KernelPacing.NONE);
    pace.rejectUnknownKeys();
    if (bitsPerSecond != null && datagramsPerSecond != null) {
      pace.problem(DATAGRAM_RATE, "excludes rate, and both are given; allowed: one of the two");
    }
    if (bitsPerSecond != null) {
      checkKernel(pace, BIT_RATE, kernel, bitsPerSecond);
      return new BitRate(bitsPerSecond, burst, kernel);
    }
    if (datagramsPerSecond != null) {
      checkKernel(pace, DATAGRAM_RATE, kernel, datagramsPerSecond * datagramBytes * Byte.SIZE);
      return new DatagramRate(datagramsPerSecond, burst, kernel);
    }
    pace.problem(BIT_RATE, "is missing; " + ALLOWED);
    return new Unlimited();
  }

  private static void checkKernel(
      ObjectReader pace, String key, KernelPacing kernel, double bitsPerSecond) {
    if (kernel != KernelPacing.NONE && bitsPerSecond > MAX_KERNEL_BITS_PER_SECOND) {
      pace.problem(
          key, "is more than the kernel paces; allowed with kernel = fq: at most 30 Gbit/s");
    }
  }
}
