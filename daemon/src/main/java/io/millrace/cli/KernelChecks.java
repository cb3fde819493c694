package io.millrace.cli;

import io.millrace.EngineChoice;
import io.millrace.StartupException;
import io.millrace.config.Completion;
import io.millrace.config.Engine;
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
        engine(rings, send),
        release(rings.release(), send),
        ring(rings, send),
        disabled(rings, send),
        seccomp(rings, send),
        zeroCopy(rings.features(), send),
        combined(rings.features(), send));
  }

  /** The rung of the engine ladder that the daemon would take, and why. */
  private static DoctorCheck engine(Machine.Rings rings, SendSettings send) {
    String name = "engine";
    if (send.engine() == Engine.SENDMMSG) {
      return DoctorCheck.ok(name, "sendmmsg (send.engine = sendmmsg)");
    }
    try {
      if (rings.features() != null) {
        EngineChoice choice = EngineChoice.ring(send, rings.features());
        return DoctorCheck.ok(name, choice.rung().label() + " (" + choice.reason() + ")");
      }
      if (send.engine() == Engine.URING) {
        return DoctorCheck.fail(
            name, "none: no io_uring, and send.engine = uring", "set send.engine = auto");
      }
      if (rings.lackOfMemory()) {
        return DoctorCheck.fail(name, "none: not enough memory for a ring", "");
      }
      EngineChoice choice = EngineChoice.withoutRing(send, rings.refusal());
      return DoctorCheck.warn(
          name,
          choice.rung().label() + ": every datagram is copied, as there is no io_uring",
          "see io_uring; or set send.engine = sendmmsg, if that is as it should be");
    } catch (StartupException refused) {
      return DoctorCheck.refused(name, String.valueOf(refused.getMessage()));
    }
  }

  /** What it means that there is no ring. */
  private static DoctorCheck noRing(
      String name, String finding, String fix, Machine.Rings rings, SendSettings send) {
    return send.engine() == Engine.AUTO && !rings.lackOfMemory()
        ? DoctorCheck.warn(name, finding, fix)
        : DoctorCheck.fail(name, finding, fix);
  }

  private static DoctorCheck release(String release, SendSettings send) {
    Matcher parts = RELEASE.matcher(release);
    if (!parts.matches()) {
      return DoctorCheck.unknown("kernel", "\"" + release + "\" names no version");
    }
    int major = Integer.parseInt(parts.group(1));
    int minor = Integer.parseInt(parts.group(2));
    if (major > NEEDED_MAJOR || (major == NEEDED_MAJOR && minor >= NEEDED_MINOR)) {
      return DoctorCheck.ok("kernel", release);
    }
    String finding = release + " is too old: its rings lack DEFER_TASKRUN, which came with 6.1";
    String fix = "run Linux 6.1 or newer";
    return switch (send.engine()) {
      case SENDMMSG -> DoctorCheck.ok("kernel", release);
      case AUTO -> DoctorCheck.warn("kernel", finding, fix);
      case URING -> DoctorCheck.fail("kernel", finding, fix);
    };
  }

  private static DoctorCheck ring(Machine.Rings rings, SendSettings send) {
    String name = "io_uring";
    if (rings.features() != null) {
      return DoctorCheck.ok(name, "rings can be made and used");
    }
    if (send.engine() == Engine.SENDMMSG) {
      return notWanted(name);
    }
    DoctorCheck refused = DoctorCheck.refused(name, rings.refusal());
    return noRing(name, refused.finding(), refused.fix(), rings, send);
  }

  private static DoctorCheck notWanted(String name) {
    return DoctorCheck.ok(name, "not needed (send.engine = sendmmsg)");
  }

  private static DoctorCheck disabled(Machine.Rings rings, SendSettings send) {
    String name = "kernel.io_uring_disabled";
    if (send.engine() == Engine.SENDMMSG) {
      return notWanted(name);
    }
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
            : noRing(name, finding, fix, rings, send);
      }
      default ->
          noRing(
              name, rings.disabled().getAsInt() + ": io_uring for nobody", everybody, rings, send);
    };
  }

  private static DoctorCheck seccomp(Machine.Rings rings, SendSettings send) {
    if (send.engine() == Engine.SENDMMSG) {
      return notWanted("seccomp");
    }
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
    if (send.engine() == Engine.SENDMMSG) {
      return DoctorCheck.ok(name, "none: sendmmsg copies every datagram");
    }
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
    if (send.engine() == Engine.SENDMMSG) {
      return DoctorCheck.ok(name, "not needed: sendmmsg has no completions");
    }
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
