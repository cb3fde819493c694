package io.millrace.cli;

import io.millrace.CpuPlan;
import io.millrace.config.SqPollSettings;
import io.millrace.uring.SqPolling;
import java.util.List;

/** Whether kernel threads can take the rings' requests, and whether there is a CPU for each. */
final class SqPollCheck {
  private static final String NAME = "sqpoll";

  private SqPollCheck() {}

  static DoctorCheck of(Machine machine, Needs needs) {
    SqPollSettings settings = needs.rings().sqpoll();
    String refusal = machine.rings().pollRefusal();
    if (machine.rings().features() == null) {
      return settings.enabled()
          ? DoctorCheck.warn(
              NAME,
              "there are no rings to poll, so rings.sqpoll says nothing here",
              "see io_uring; or set rings.sqpoll.enabled = false")
          : DoctorCheck.ok(NAME, "off (rings.sqpoll.enabled = false)");
    }
    if (!settings.enabled()) {
      return DoctorCheck.ok(
          NAME,
          refusal == null
              ? "off (rings.sqpoll.enabled = false); this machine has it, for one more CPU per ring"
              : "off (rings.sqpoll.enabled = false); this machine refuses it: " + refusal);
    }
    return refusal == null
        ? cpus(settings, needs, machine.cpus().allowed())
        : DoctorCheck.refused(NAME, refusal);
  }

  private static DoctorCheck cpus(SqPollSettings settings, Needs needs, List<Integer> allowed) {
    List<Integer> forbidden =
        settings.cpus().stream().filter(cpu -> !allowed.contains(cpu)).toList();
    if (!forbidden.isEmpty()) {
      return DoctorCheck.fail(
          NAME,
          "this process may not run on CPU %s of rings.sqpoll.cpus; allowed: %s"
              .formatted(CpuChecks.list(forbidden), CpuChecks.list(allowed)),
          "choose among the allowed ones, or widen the mask (CPUAffinity= of the unit, the cpuset"
              + " of the container, taskset)");
    }
    List<Integer> rings = needs.ringCpus(allowed);
    List<Integer> cpus = CpuPlan.pollerCpus(settings.cpus(), rings, allowed);
    if (cpus.contains(SqPolling.ANY_CPU)) {
      return DoctorCheck.warn(
          NAME,
          "rings and as many kernel threads that spin (%d each) share %d CPUs, which is slower than no polling"
              .formatted(rings.size(), allowed.size()),
          "set rings.sqpoll.enabled = false, or fewer rings.cpus");
    }
    return DoctorCheck.ok(
        NAME,
        "a kernel thread for each ring, on CPU "
            + CpuChecks.list(cpus)
            + "; it takes that CPU whole while the ring sends");
  }
}
