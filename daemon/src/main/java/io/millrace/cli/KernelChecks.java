package io.millrace.cli;

import io.millrace.config.Completion;
import io.millrace.config.SendSettings;
import io.millrace.config.ZeroCopy;
import io.millrace.uring.KernelProbe;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the kernel can do, and lets this process do. Pure functions. */
final class KernelChecks {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);
  private static final int NEEDED_MAJOR = 6;
  private static final int NEEDED_MINOR = 1;
  private static final String NO_RING = "there is no ring to try it with";

  private KernelChecks() {}

  static List<DoctorCheck> of(Machine.Rings rings, SendSettings send) {
    return List.of(
        release(rings.release()),
        ring(rings),
        disabled(rings),
        seccomp(rings),
        zeroCopy(rings.features(), send),
        combined(rings.features(), send));
  }

  private static DoctorCheck release(String release) {
    Matcher parts = RELEASE.matcher(release);
    if (!parts.matches()) {
      return DoctorCheck.unknown("kernel", "\"" + release + "\" names no version");
    }
    int major = Integer.parseInt(parts.group(1));
    int minor = Integer.parseInt(parts.group(2));
    if (major > NEEDED_MAJOR || (major == NEEDED_MAJOR && minor >= NEEDED_MINOR)) {
      return DoctorCheck.ok("kernel", release);
    }
    return DoctorCheck.fail(
        "kernel",
        release + " is too old: its rings lack DEFER_TASKRUN, which came with 6.1",
        "run Linux 6.1 or newer");
  }

  private static DoctorCheck ring(Machine.Rings rings) {
    return rings.features() == null
        ? DoctorCheck.refused("io_uring", rings.refusal())
        : DoctorCheck.ok("io_uring", "rings can be made and used");
  }

  private static DoctorCheck disabled(Machine.Rings rings) {
    String name = "kernel.io_uring_disabled";
    String everybody = "sysctl kernel.io_uring_disabled=0";
    boolean works = rings.features() != null;
    if (rings.disabled().isEmpty()) {
      String why = "there is no such sysctl to be seen (kernels before 6.6 have none)";
      return works ? DoctorCheck.ok(name, why + "; rings work") : DoctorCheck.unknown(name, why);
    }
    return switch (rings.disabled().getAsInt()) {
      case 0 -> DoctorCheck.ok(name, "0: io_uring is for everybody");
      case 1 -> {
        String finding =
            "1: io_uring only with CAP_SYS_ADMIN or in the group kernel.io_uring_group";
        String fix = everybody + ", or sysctl kernel.io_uring_group=GID of the daemon's group";
        yield works
            ? DoctorCheck.warn(name, finding + "; this process may, the daemon's user may not", fix)
            : DoctorCheck.fail(name, finding, fix);
      }
      default ->
          DoctorCheck.fail(name, rings.disabled().getAsInt() + ": io_uring for nobody", everybody);
    };
  }

  private static DoctorCheck seccomp(Machine.Rings rings) {
    if (rings.seccomp().isEmpty()) {
      return DoctorCheck.unknown("seccomp", "/proc/self/status does not say");
    }
    int mode = rings.seccomp().getAsInt();
    if (mode == 0) {
      return DoctorCheck.ok("seccomp", "no filter");
    }
    String filter = "a filter is in force (mode " + mode + ")";
    return rings.features() != null
        ? DoctorCheck.ok("seccomp", filter + " and lets io_uring through")
        : DoctorCheck.warn(
            "seccomp",
            filter + " and may be what forbids io_uring",
            "allow io_uring_setup, io_uring_enter and io_uring_register in the container's profile,"
                + " or with SystemCallFilter= of the unit");
  }

  private static DoctorCheck zeroCopy(KernelProbe.@Nullable Features features, SendSettings send) {
    String name = "zero-copy";
    if (send.zeroCopy() == ZeroCopy.NEVER) {
      return DoctorCheck.ok(name, "not wanted (send.zero-copy = never)");
    }
    if (features == null) {
      return DoctorCheck.unknown(name, NO_RING);
    }
    if (features.sendZc()) {
      return DoctorCheck.ok(name, "SEND_ZC");
    }
    String finding = "this kernel has no SEND_ZC";
    return send.zeroCopy() == ZeroCopy.ALWAYS
        ? DoctorCheck.fail(
            name, finding + ", and send.zero-copy = always", "set send.zero-copy = auto")
        : DoctorCheck.warn(
            name, finding + ": datagrams will be copied", "run a kernel that has it");
  }

  private static DoctorCheck combined(KernelProbe.@Nullable Features features, SendSettings send) {
    String name = "combined-cqe";
    boolean forced = send.completion() == Completion.COMBINED;
    if (send.zeroCopy() == ZeroCopy.NEVER) {
      return forced
          ? DoctorCheck.fail(
              name,
              "send.completion = combined needs zero-copy sends, and send.zero-copy = never",
              "set send.zero-copy = auto, or send.completion = auto")
          : DoctorCheck.ok(name, "not needed without zero copy: each send has one completion");
    }
    if (features == null) {
      return DoctorCheck.unknown(name, NO_RING);
    }
    String tried = "bit " + Integer.numberOfTrailingZeros(features.combineFlag()) + " of ioprio";
    if (features.combinedNative()) {
      return DoctorCheck.ok(name, "native: one completion per zero-copy send (" + tried + ")");
    }
    String emulated =
        "emulated: the kernel posts two completions, merged in user space (tried " + tried + ")";
    return forced
        ? DoctorCheck.fail(
            name,
            emulated + ", and send.completion = combined",
            "run a kernel with the combined-CQE patch, name its bit in send.combine-flag-bit, or"
                + " set send.completion = auto")
        : DoctorCheck.ok(name, emulated);
  }
}
