package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A daemon to which io_uring is forbidden: by {@code kernel.io_uring_disabled} where somebody has
 * set it, as loadtest/vm does, else by a seccomp filter that is built here.
 *
 * @param prefix what the daemon is to be run under
 * @param cause what it must say about it
 */
record WithoutIoUring(List<String> prefix, String cause) {
  private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");
  private static final int EPERM = 1;

  static WithoutIoUring of(Lab lab) {
    if (setting().equals("2")) {
      return new WithoutIoUring(List.of(), "kernel.io_uring_disabled=2");
    }
    Path program = lab.folder().resolve("forbid-io-uring");
    ManagedProcess.run(
        List.of(lab.root().resolve("loadtest/forbid/build").toString(), program.toString()));
    return new WithoutIoUring(
        List.of(program.toString(), String.valueOf(EPERM)), "a seccomp filter");
  }

  private static String setting() {
    try {
      return Files.readString(DISABLED).strip();
    } catch (IOException absent) {
      return "0"; // kernels before 6.6 don't have the sysctl
    }
  }

  /** The prefix behind another one, such as {@code ip netns exec NAME}. */
  List<String> prefixAfter(List<String> other) {
    List<String> all = new ArrayList<>(other);
    all.addAll(prefix);
    return all;
  }

  /** Expects that it has sent by sendmmsg, and says why. */
  Outcome expectIn(Outcome outcome, DaemonSummary summary) {
    String engine = summary.json().path("engine").asText();
    String reason = summary.json().path("engine_reason").asText();
    return outcome
        .expect(engine.equals("sendmmsg"), "the engine is " + engine)
        .expect(
            reason.startsWith("sendmmsg: io_uring_setup: EPERM") && reason.contains(cause),
            "the reason does not name " + cause + ": " + reason)
        .expect(summary.ringTotal("cqes") == 0, "it has reaped CQEs");
  }
}
