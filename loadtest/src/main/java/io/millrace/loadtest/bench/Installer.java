package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import java.time.Duration;
import java.util.List;

/** Installs from Debian what the benchmark can use. */
public final class Installer {
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private Installer() {}

  /**
   * Runs .ci/install, which has the lists.
   *
   * @throws HarnessException if it fails
   */
  public static void install() {
    List<String> command =
        List.of(Lab.projectRoot().resolve(".ci/install").toString(), "scenarios", "bench");
    System.err.println("bench: " + String.join(" ", command));
    try (ManagedProcess process = ManagedProcess.start("install", command)) {
      int exit = process.awaitExit(PATIENCE);
      if (exit != 0) {
        throw new HarnessException("install: exit " + exit + ": " + process.tail(5));
      }
    }
  }
}
