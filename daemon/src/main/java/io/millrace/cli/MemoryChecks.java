package io.millrace.cli;

import io.millrace.LockedMemory;
import io.millrace.config.Engine;
import io.millrace.config.HugePages;
import java.util.List;

/** Whether there is the memory that the rings need. Pure functions. */
final class MemoryChecks {
  private MemoryChecks() {}

  static List<DoctorCheck> of(Machine machine, Needs needs) {
    int rings = needs.ringCpus(machine.cpus().allowed()).size();
    return List.of(
        memlock(machine, needs.send().engine(), needs.lockedMemory(rings)),
        hugePages(machine, needs, rings));
  }

  private static DoctorCheck memlock(Machine machine, Engine engine, LockedMemory needed) {
    if (engine == Engine.SENDMMSG) {
      return DoctorCheck.ok("memlock", "none needed: sendmmsg locks no memory");
    }
    if (machine.capabilities().has(Machine.Capabilities.IPC_LOCK)) {
      return DoctorCheck.ok(
          "memlock", needed.need() + ", no limit for this process (CAP_IPC_LOCK)");
    }
    long limit = machine.memlockBytes();
    if (limit == Machine.UNLIMITED) {
      return DoctorCheck.ok("memlock", needed.need() + ", unlimited");
    }
    String allowed = LockedMemory.size(limit) + " allowed (RLIMIT_MEMLOCK)";
    return Long.compareUnsigned(limit, needed.bytes()) >= 0
        ? DoctorCheck.ok("memlock", needed.need() + ", " + allowed)
        : DoctorCheck.fail("memlock", needed.need() + ", but only " + allowed, needed.fix());
  }

  private static DoctorCheck hugePages(Machine machine, Needs needs, int rings) {
    String name = "huge-pages";
    HugePages wanted = needs.buffers().hugePages();
    if (wanted == HugePages.NEVER) {
      return DoctorCheck.ok(name, "not wanted (buffers.huge-pages = never)");
    }
    if (wanted == HugePages.AUTO) {
      return DoctorCheck.ok(
          name, "not used (buffers.huge-pages = auto): they fill the sockets' send buffers");
    }
    long needed = needs.hugePages(rings);
    if (machine.hugePages().available().isEmpty() || machine.hugePages().total().isEmpty()) {
      return DoctorCheck.unknown(
          name, "/proc/meminfo can't be read; " + needed + " of 2 MiB needed");
    }
    long available = machine.hugePages().available().getAsLong();
    long total = machine.hugePages().total().getAsLong();
    String finding = "%d of 2 MiB needed, %d of %d free".formatted(needed, available, total);
    if (available >= needed) {
      return DoctorCheck.ok(name, finding);
    }
    String fix = "sysctl vm.nr_hugepages=" + (total + needed - available);
    return DoctorCheck.fail(name, finding + ", and buffers.huge-pages = always", fix);
  }
}
