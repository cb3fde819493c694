package io.millrace.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.millrace.config.PcapSourceSettings.Flow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The keys of a {@code source} with {@code type = pcap}, but for those that other types have. */
final class PcapSection {
  private static final String COUNT = "count";
  private static final String LOOP_GAP = "loop-gap";
  private static final String FILTER = "filter";
  private static final String AUTO = "auto";
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final String RULES =
      "a list such as [ { to = \"192.0.2.0/24\", to-ports = 5004 } ]";

  private PcapSection() {}

  static PcapSourceSettings read(ObjectReader source, Path path, int datagramBytes) {
    long count = source.optional(COUNT, ValueKind.wholeNumber(1), PcapSourceSettings.ALL);
    boolean loop = source.optional("loop", ValueKind.flag(), false);
    Duration loopGap = source.optional(LOOP_GAP, gapOrAuto());
    if (!loop && source.value(LOOP_GAP) != null && source.sound("loop")) {
      source.problem(LOOP_GAP, "has no meaning without loop = true");
    }
    Duration longestGap =
        source.optional(
            "longest-gap",
            ValueKind.duration(Duration.ofMillis(1), LONGEST),
            PcapSourceSettings.DEFAULT_LONGEST_GAP);
    return new PcapSourceSettings(
        path,
        datagramBytes,
        count,
        loop,
        loopGap == null || loopGap.isNegative() ? null : loopGap,
        longestGap,
        readFilter(source));
  }

  /** A duration, or {@code auto}, which reads as a negative one. */
  private static ValueKind<Duration> gapOrAuto() {
    ValueKind<Duration> gap = ValueKind.duration(Duration.ZERO, LONGEST);
    return new ValueKind<>(
        gap.allowed() + " or " + AUTO,
        gap.placeholder(),
        text -> {
          if (text.equals(AUTO)) {
            return Duration.ofNanos(-1);
          }
          try {
            return gap.parser().parse(text);
          } catch (InvalidValue e) {
            throw new InvalidValue(
                e.text() + " or " + AUTO + Suggestions.didYouMean(text, List.of(AUTO)));
          }
        });
  }

  private static List<Flow> readFilter(ObjectReader source) {
    if (source.value(FILTER) == null) {
      return List.of();
    }
    List<ConfigValue> rules = source.elements(FILTER, RULES);
    if (rules.size() > PcapSourceSettings.MOST_FLOWS) {
      source.problem(
          FILTER,
          "has %d rules; allowed: at most %d"
              .formatted(rules.size(), PcapSourceSettings.MOST_FLOWS));
      return List.of();
    }
    List<Flow> flows = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      String path = source.pathOf(FILTER) + "[" + i + "]";
      flows.add(readRule(ObjectReader.of(rules.get(i), path, source.problems()), rules.get(i)));
    }
    return flows;
  }

  private static Flow readRule(ObjectReader rule, ConfigValue written) {
    Flow flow =
        new Flow(
            rule.optional("from", ValueKind.ipPrefix()),
            rule.optional("from-ports", ValueKind.ports(), PortRange.ANY),
            rule.optional("to", ValueKind.ipPrefix()),
            rule.optional("to-ports", ValueKind.ports(), PortRange.ANY));
    rule.rejectUnknownKeys();
    if (written instanceof ConfigObject object && object.isEmpty()) {
      rule.problems()
          .add(
              written,
              rule.path(),
              "is for every datagram; allowed: from, from-ports, to, to-ports, at least one");
    }
    return flow;
  }
}
