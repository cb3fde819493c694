package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.ManagedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Waits for a server that says nothing when it is ready. */
final class ListeningPort {
  private static final long PATIENCE_NS = Duration.ofSeconds(10).toNanos();
  private static final int POLL_MS = 20;

  /** TCP_LISTEN of the kernel's tcp_states.h, as proc_net_tcp(5) writes it. */
  private static final String LISTEN = "0A";

  private ListeningPort() {}

  /**
   * Waits until something listens in the server's network namespace.
   *
   * @throws HarnessException if the server ends or the time passes before
   */
  static void await(ManagedProcess server, int port) {
    long deadline = System.nanoTime() + PATIENCE_NS;
    while (!listens(server.pid(), port)) {
      if (System.nanoTime() - deadline > 0 || server.endsWithin(Duration.ZERO)) {
        throw new HarnessException(
            "nothing listens on port %d: %s".formatted(port, server.tail(5)));
      }
      SteadyWindow.pause(POLL_MS);
    }
  }

  private static boolean listens(long pid, int port) {
    for (String table : List.of("tcp", "tcp6")) {
      try {
        Path file = Path.of("/proc", String.valueOf(pid), "net", table);
        if (Files.exists(file) && isIn(Files.readAllLines(file), port)) {
          return true;
        }
      } catch (IOException ended) {
        return false;
      }
    }
    return false;
  }

  /** Whether a line has the port as its local one, in the state of listening. */
  static boolean isIn(List<String> table, int port) {
    String suffix = ":%04X".formatted(port).toUpperCase(Locale.ROOT);
    return table.stream()
        .map(line -> line.strip().split("\\s+", -1))
        .anyMatch(
            fields -> fields.length > 3 && fields[1].endsWith(suffix) && fields[3].equals(LISTEN));
  }
}
