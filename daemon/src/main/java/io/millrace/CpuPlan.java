package io.millrace;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.Kernel;
import io.millrace.uring.SqPolling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Which CPU each ring gets, and each kernel thread that polls one. */
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
   * as many as there are parts of streams, but at most half of the allowed ones, from the top: the
   * lowest usually serves the interrupts.
   *
   * @throws StartupException if a configured CPU is not allowed
   */
  static List<Integer> choose(List<Integer> configured, List<Integer> allowed, int parts)
      throws StartupException {
    check("rings.cpus", configured, allowed);
    if (!configured.isEmpty()) {
      return configured;
    }
    return automatic(allowed, parts);
  }

  /**
   * The CPUs that get a ring, whether they are allowed or not: a ring without a stream is not made.
   *
   * @param parts that streams have, each at most one on a ring
   */
  public static List<Integer> ringCpus(List<Integer> configured, List<Integer> allowed, int parts) {
    List<Integer> cpus = configured.isEmpty() ? automatic(allowed, parts) : configured;
    return cpus.subList(0, Math.min(cpus.size(), parts));
  }

  /**
   * One CPU for the poller of each ring, none of them a ring's own: those configured, or the
   * highest that are left ({@code auto}, none configured). If too few are left, {@link
   * SqPolling#ANY_CPU} for all: pinned where others are busy they would wait longer than where the
   * scheduler puts them.
   *
   * @throws StartupException if a configured CPU is not allowed
   */
  static List<Integer> choosePollers(
      List<Integer> configured, List<Integer> ringCpus, List<Integer> allowed)
      throws StartupException {
    check("rings.sqpoll.cpus", configured, allowed);
    return pollerCpus(configured, ringCpus, allowed);
  }

  /** Those CPUs, whether they are allowed or not. */
  public static List<Integer> pollerCpus(
      List<Integer> configured, List<Integer> ringCpus, List<Integer> allowed) {
    int rings = ringCpus.size();
    if (!configured.isEmpty()) {
      return configured.subList(0, rings);
    }
    List<Integer> left = allowed.stream().filter(cpu -> !ringCpus.contains(cpu)).toList();
    return left.size() < rings
        ? Collections.nCopies(rings, SqPolling.ANY_CPU)
        : left.subList(left.size() - rings, left.size());
  }

  private static void check(String key, List<Integer> configured, List<Integer> allowed)
      throws StartupException {
    for (int cpu : configured) {
      if (!allowed.contains(cpu)) {
        throw new StartupException(
            ExitCode.ENVIRONMENT,
            "%s: CPU %d is not in this process's affinity mask; allowed: %s (CPUAffinity= of the unit, the cpuset"
                    .formatted(key, cpu, allowed)
                + " of the container, or taskset set it)");
      }
    }
  }

  private static List<Integer> automatic(List<Integer> allowed, int parts) {
    int rings = Math.max(1, Math.min(parts, allowed.size() / 2));
    return allowed.subList(allowed.size() - rings, allowed.size());
  }
}
