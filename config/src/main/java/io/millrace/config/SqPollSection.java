package io.millrace.config;

import java.time.Duration;
import java.util.List;

/** {@code millrace.rings.sqpoll}. */
final class SqPollSection {
  private static final Duration LEAST_IDLE = Duration.ofMillis(1);
  private static final Duration MOST_IDLE = Duration.ofMinutes(1);
  private static final String CPUS = "auto, or a list with one CPU for each of rings.cpus";

  private SqPollSection() {}

  /**
   * Reads it.
   *
   * @param rings the section that it lies in
   * @param ringCpus of that section; empty: auto
   */
  static SqPollSettings read(ObjectReader rings, List<Integer> ringCpus) {
    ObjectReader sqpoll = rings.section("sqpoll");
    boolean enabled = sqpoll.required("enabled", ValueKind.flag());
    Duration idle = sqpoll.required("idle", ValueKind.duration(LEAST_IDLE, MOST_IDLE));
    List<Integer> cpus = CpuList.read(sqpoll, "cpus", CPUS, "one kernel thread per CPU");
    if (sqpoll.sound("idle") && !idle.equals(Duration.ofMillis(idle.toMillis()))) {
      sqpoll.problem(
          "idle",
          "%s is not a whole number of milliseconds, which the kernel takes; allowed: %s"
              .formatted(
                  Quantity.DURATION.format(idle.toNanos()),
                  Quantity.DURATION.range(LEAST_IDLE.toNanos(), MOST_IDLE.toNanos())));
    }
    // What isn't used need not fit the rest.
    if (enabled && !cpus.isEmpty() && sqpoll.sound("cpus") && rings.sound("cpus")) {
      compare(sqpoll, cpus, ringCpus);
    }
    sqpoll.rejectUnknownKeys();
    return new SqPollSettings(enabled, idle, cpus);
  }

  private static void compare(ObjectReader sqpoll, List<Integer> cpus, List<Integer> ringCpus) {
    if (ringCpus.isEmpty()) {
      sqpoll.problem("cpus", "is a list, and rings.cpus = auto; allowed: auto, or lists for both");
      return;
    }
    if (cpus.size() != ringCpus.size()) {
      sqpoll.problem(
          "cpus",
          "names %d %s for the %d of rings.cpus; allowed: %s"
              .formatted(cpus.size(), cpus.size() == 1 ? "CPU" : "CPUs", ringCpus.size(), CPUS));
    }
    for (int cpu : cpus) {
      if (ringCpus.contains(cpu)) {
        sqpoll.problem(
            "cpus",
            "CPU %d is in rings.cpus too, and the two threads would take turns; allowed: CPUs that no ring has"
                .formatted(cpu));
      }
    }
  }
}
