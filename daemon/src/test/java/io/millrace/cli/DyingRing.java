package io.millrace.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * {@code millrace run CONF} whose ring is pulled away under it: /dev/null takes the place of its
 * descriptor, and the next io_uring_enter fails. A process of its own.
 */
final class DyingRing {
  /** Exit code where there is no ring to take away. */
  static final int NO_RING = 77;

  private DyingRing() {}

  public static void main(String[] arguments) throws InterruptedException {
    Thread.ofPlatform().daemon().start(DyingRing::pull);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(new ForegroundRun(Path.of(arguments[0]), false, false, null, err).call());
  }

  @SuppressWarnings("restricted")
  private static void pull() {
    try {
      MethodHandle dup2 =
          Linker.nativeLinker()
              .downcallHandle(
                  Linker.nativeLinker().defaultLookup().findOrThrow("dup2"),
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      for (int tries = 0; tries < 100; tries++) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        // The thread of a ring says that it runs by its name.
        boolean runs =
            Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("ring-0"));
        int ring = runs ? descriptor("io_uring") : -1;
        if (ring >= 0) {
          System.err.println("taking away descriptor " + ring);
          try (var zero = Files.newByteChannel(Path.of("/dev/null"))) {
            int put = (int) dup2.invokeExact(descriptor("/dev/null"), ring);
            System.err.println("dup2: " + put + " " + zero.isOpen());
          }
          return;
        }
      }
      System.err.println("there is no ring");
      Runtime.getRuntime().halt(NO_RING);
    } catch (Throwable failure) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(NO_RING + 1);
    }
  }

  /** The first one that is such a thing, or -1. */
  private static int descriptor(String kind) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path each : all.toList()) {
        try {
          if (Files.readSymbolicLink(each).toString().contains(kind)) {
            return Integer.parseInt(each.getFileName().toString());
          }
        } catch (IOException gone) {
          // The one that the folder was read through.
        }
      }
    }
    return -1;
  }
}
