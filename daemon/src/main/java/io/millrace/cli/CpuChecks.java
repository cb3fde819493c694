package io.millrace.cli;

import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Whether the rings' CPUs can be had, and what else runs there. Pure functions. */
final class CpuChecks {
  private CpuChecks() {}

  static List<DoctorCheck> of(Machine.Cpus cpus, Needs needs) {
    return List.of(allowed(cpus.allowed(), needs), isolation(cpus));
  }

  private static DoctorCheck allowed(List<Integer> allowed, Needs needs) {
    List<Integer> configured = needs.rings().cpus();
    List<Integer> forbidden = configured.stream().filter(cpu -> !allowed.contains(cpu)).toList();
    if (!forbidden.isEmpty()) {
      return DoctorCheck.fail(
          "cpus",
          "this process may not run on CPU %s of rings.cpus; allowed: %s"
              .formatted(list(forbidden), list(allowed)),
          "choose among the allowed ones, or widen the mask (CPUAffinity= of the unit, the cpuset"
              + " of the container, taskset)");
    }
    List<Integer> used = needs.ringCpus(allowed);
    if (used.size() < configured.size()) {
      return DoctorCheck.warn(
          "cpus",
          "%d of the %d CPUs of rings.cpus get no ring: there are only %d streams and parts of streams"
              .formatted(configured.size() - used.size(), configured.size(), needs.parts()),
          "rings.cpus = " + used);
    }
    return DoctorCheck.ok(
        "cpus",
        "%s on CPU %s; allowed: %s"
            .formatted(
                used.size() == 1 ? "1 ring" : used.size() + " rings", list(used), list(allowed)));
  }

  private static DoctorCheck isolation(Machine.Cpus cpus) {
    return DoctorCheck.ok(
        "isolation",
        "isolated: %s; nohz_full: %s".formatted(known(cpus.isolated()), known(cpus.nohzFull())));
  }

  private static String known(@Nullable String cpus) {
    if (cpus == null) {
      return "unknown";
    }
    return cpus.isEmpty() || cpus.equals("(null)") ? "none" : cpus; // "(null)": kernels before 6.3
  }

  /** Ascending CPUs as the kernel writes them: "0-3,6". */
  static String list(List<Integer> cpus) {
    StringJoiner ranges = new StringJoiner(",");
    for (int from = 0; from < cpus.size(); ) {
      int to = from;
      while (to + 1 < cpus.size() && cpus.get(to + 1) == cpus.get(to) + 1) {
        to++;
      }
      ranges.add(from == to ? "" + cpus.get(from) : cpus.get(from) + "-" + cpus.get(to));
      from = to + 1;
    }
    return ranges.toString();
  }
}
