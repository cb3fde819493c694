package io.millrace.config;

import java.time.Duration;
import java.util.List;

/** {@code millrace.rings}. */
final class RingsSection {
  private static final int MIN_ENTRIES = 64;
  private static final int MAX_ENTRIES = 16384;
  private static final int MAX_BATCH = 1024;

  private static final Duration MAX_DRAIN_TIMEOUT = Duration.ofMinutes(10);
  private static final String CPUS = "auto, or a list such as [2, 3]";

  private RingsSection() {}

  static RingSettings read(ObjectReader rings) {
    List<Integer> cpus = CpuList.read(rings, "cpus", CPUS, "one ring per CPU");
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
    SqPollSettings sqpoll = SqPollSection.read(rings, cpus);
    rings.rejectUnknownKeys();
    return new RingSettings(cpus, entries, batch, idle, drainTimeout, sqpoll);
  }
}
