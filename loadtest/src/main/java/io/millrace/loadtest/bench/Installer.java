package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.ManagedProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Installs from Debian what the benchmark can use. */
public final class Installer {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** The link, and a font for the plots. */
  private static final List<String> TOOLS =
      List.of("nftables", "iproute2", "fontconfig", "fonts-dejavu-core");

  private Installer() {}

  /**
   * Runs apt-get.
   *
   * @throws HarnessException if it fails
   */
  public static void install() {
    aptGet(List.of("update"));
    List<String> install = new ArrayList<>(List.of("install", "-y", "--no-install-recommends"));
    install.addAll(TOOLS);
    Arrays.stream(Peer.values()).map(Peer::debianPackage).forEach(install::add);
    aptGet(install);
  }

  private static void aptGet(List<String> arguments) {
    // Some packages (iperf3) ask whether to start a daemon; the answer is their default, no.
    List<String> command =
        new ArrayList<>(List.of("env", "DEBIAN_FRONTEND=noninteractive", "apt-get"));
    command.addAll(arguments);
    System.err.println("bench: " + String.join(" ", command));
    try (ManagedProcess process = ManagedProcess.start("apt-get", command)) {
      int exit = process.awaitExit(PATIENCE);
      if (exit != 0) {
        throw new HarnessException("apt-get: exit " + exit + ": " + process.tail(5));
      }
    }
  }
}
