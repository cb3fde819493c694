package io.millrace;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Which CPU each ring gets. */
public final class CpuPlan {
  private static final int MASK_WORDS = 16; // 1024 CPUs, what glibc's cpu_set_t holds

  private CpuPlan() {}

  /** The CPUs that this process may run on, ascending. */
  public static List<Integer> allowedCpus(Kernel kernel) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(JAVA_LONG, MASK_WORDS);
      int count = kernel.threadCpus(mask, MASK_WORDS);
      if (count < 0) {
        throw new IllegalStateException("sched_getaffinity: " + kernel.errnoName(-count));
      }
      List<Integer> cpus = new ArrayList<>();
      for (int cpu = 0; cpu < MASK_WORDS * Long.SIZE; cpu++) {
        if ((mask.getAtIndex(JAVA_LONG, cpu / Long.SIZE) >>> cpu % Long.SIZE & 1) != 0) {
          cpus.add(cpu);
        }
      }
      return cpus;
    }
  }

  /**
   * One CPU per ring. Configured CPUs are taken as they are; {@code auto} (none configured) takes
   * as many as there are streams, but at most half of the allowed ones, from the top: the lowest
   * usually serves the interrupts.
   *
   * @throws StartupException if a configured CPU is not allowed
   */
  static List<Integer> choose(List<Integer> configured, List<Integer> allowed, int streams)
      throws StartupException {
    for (int cpu : configured) {
      if (!allowed.contains(cpu)) {
        throw new StartupException(
            ExitCode.ENVIRONMENT,
            "rings.cpus: CPU %d is not in this process's affinity mask; allowed: %s (CPUAffinity= of the unit, the cpuset"
                    .formatted(cpu, allowed)
                + " of the container, or taskset set it)");
      }
    }
    if (!configured.isEmpty()) {
      return configured;
    }
    return automatic(allowed, streams);
  }

  /**
   * The CPUs that get a ring, whether they are allowed or not: a ring without a stream is not made.
   */
  public static List<Integer> ringCpus(
      List<Integer> configured, List<Integer> allowed, int streams) {
    List<Integer> cpus = configured.isEmpty() ? automatic(allowed, streams) : configured;
    return cpus.subList(0, Math.min(cpus.size(), streams));
  }

  private static List<Integer> automatic(List<Integer> allowed, int streams) {
    int rings = Math.max(1, Math.min(streams, allowed.size() / 2));
    return allowed.subList(allowed.size() - rings, allowed.size());
  }
}
