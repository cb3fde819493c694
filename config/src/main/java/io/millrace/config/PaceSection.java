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
  private static final String BIT_RATE = "rate";
  private static final String DATAGRAM_RATE = "datagrams-per-second";
  private static final String ALLOWED =
      "allowed: unlimited, 50 Mbit/s, 100000/s (datagrams), { rate = 50 Mbit/s } or"
          + " { datagrams-per-second = 100000 }";

  private PaceSection() {}

  static PaceSettings read(ObjectReader stream) {
    ConfigValue pace = stream.value("pace");
    if (pace == null) {
      return new Unlimited();
    }
    if (pace instanceof ConfigObject rates) {
      return readRate(new ObjectReader(rates, stream.pathOf("pace"), stream.problems()));
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

  private static PaceSettings readRate(ObjectReader pace) {
    Long bitsPerSecond = pace.optional(BIT_RATE, ValueKind.bitRate());
    Double datagramsPerSecond = pace.optional(DATAGRAM_RATE, ValueKind.datagramRate());
    Duration burst =
        pace.optional("burst", ValueKind.duration(Duration.ZERO, MAX_BURST), Rates.DEFAULT_BURST);
    pace.rejectUnknownKeys();
    if (bitsPerSecond != null && datagramsPerSecond != null) {
      pace.problem(DATAGRAM_RATE, "excludes rate, and both are given; allowed: one of the two");
    }
    if (bitsPerSecond != null) {
      return new BitRate(bitsPerSecond, burst);
    }
    if (datagramsPerSecond != null) {
      return new DatagramRate(datagramsPerSecond, burst);
    }
    pace.problem(BIT_RATE, "is missing; " + ALLOWED);
    return new Unlimited();
  }
}
