package io.millrace.config;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/** {@code millrace.rings}. */
final class RingsSection {
  private static final int MIN_ENTRIES = 64;
  private static final int MAX_ENTRIES = 16384;
  private static final int MAX_BATCH = 1024;

  /** The largest CONFIG_NR_CPUS of an x86-64 kernel is 8192. */
  private static final int MAX_CPU = 8191;

  private static final Duration MAX_DRAIN_TIMEOUT = Duration.ofMinutes(10);
  private static final String CPUS = "auto, or a list such as [2, 3]";

  private RingsSection() {}

  static RingSettings read(ObjectReader rings) {
    List<Integer> cpus = readCpus(rings);
    int entries = rings.required("entries", ValueKind.integer(MIN_ENTRIES, MAX_ENTRIES));
    int batch = rings.required("batch", ValueKind.integer(1, MAX_BATCH));
    IdleMode idle = rings.required("idle", ValueKind.oneOf(IdleMode.class));
    Duration drainTimeout =
        rings.required("drain-timeout", ValueKind.duration(Duration.ZERO, MAX_DRAIN_TIMEOUT));
    if (batch > entries && rings.sound("entries", "batch")) {
      rings.problem(
          "batch",
          "%d is more than entries = %d; allowed: 1 to %d"
              .formatted(batch, entries, Math.min(entries, MAX_BATCH)));
    }
    rings.rejectUnknownKeys();
    return new RingSettings(cpus, entries, batch, idle, drainTimeout);
  }

  private static List<Integer> readCpus(ObjectReader rings) {
    ConfigValue value = rings.value("cpus");
    if (value != null && value.valueType() == ConfigValueType.STRING) {
      String text = (String) value.unwrapped();
      if (!text.equals("auto")) {
        rings.problem(
            "cpus",
            "%s is not allowed; allowed: %s%s"
                .formatted(Words.quote(text), CPUS, Suggestions.didYouMean(text, List.of("auto"))));
      }
      return List.of();
    }
    List<Integer> cpus = rings.list("cpus", CPUS, ValueKind.integer(0, MAX_CPU));
    if (cpus.isEmpty() && rings.sound("cpus")) {
      rings.problem("cpus", "names no CPU; allowed: " + CPUS);
    }
    var seen = new HashSet<Integer>();
    for (int cpu : cpus) {
      if (!seen.add(cpu)) {
        rings.problem("cpus", "CPU %d is named twice; allowed: one ring per CPU".formatted(cpu));
      }
    }
    return cpus;
  }
}
