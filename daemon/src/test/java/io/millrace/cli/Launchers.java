package io.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Commands that run another one with less than this process has. They skip the test where they
 * can't.
 */
final class Launchers {
  private Launchers() {}

  /** Root without these capabilities. */
  static List<String> without(String... capabilities) throws InterruptedException {
    String all = "-" + String.join(",-", capabilities);
    return works(List.of("setpriv", "--bounding-set", all, "--inh-caps", all));
  }

  /** So many bytes of locked memory, soft and hard limit, and no capability to go beyond. */
  static List<String> lockedMemory(long bytes) throws InterruptedException {
    List<String> launcher = new ArrayList<>(List.of("prlimit", "--memlock=" + bytes + ":" + bytes));
    launcher.addAll(without("ipc_lock"));
    return works(launcher);
  }

  private static List<String> works(List<String> launcher) throws InterruptedException {
    List<String> probe = new ArrayList<>(launcher);
    probe.add("true");
    try {
      Process process = new ProcessBuilder(probe).inheritIO().start();
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        MillraceProcess.skip(String.join(" ", probe) + " fails here: not root?");
      }
    } catch (IOException missing) {
      MillraceProcess.skip(String.valueOf(missing.getMessage()));
    }
    return launcher;
  }

  /** A seccomp filter that answers this errno to io_uring_setup; compiled here. */
  static List<String> withoutIoUring(Path folder, int errno)
      throws IOException, InterruptedException {
    Path source = folder.resolve("deny-io-uring.c");
    Path program = folder.resolve("deny-io-uring");
    try (InputStream text = Launchers.class.getResourceAsStream("deny-io-uring.c")) {
      Files.write(source, Objects.requireNonNull(text).readAllBytes());
    }
    List<String> command =
        List.of("gcc", "-Wall", "-Werror", "-o", program.toString(), source.toString());
    try {
      Process gcc = new ProcessBuilder(command).inheritIO().start();
      if (!gcc.waitFor(60, TimeUnit.SECONDS) || gcc.exitValue() != 0) {
        throw new AssertionError("gcc refuses deny-io-uring.c");
      }
    } catch (IOException missing) {
      MillraceProcess.skip(String.valueOf(missing.getMessage()));
    }
    return List.of(program.toString(), Integer.toString(errno));
  }
}
