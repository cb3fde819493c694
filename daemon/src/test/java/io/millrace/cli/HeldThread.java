package io.millrace.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A thread of a child process that ptrace(2) holds until the process ends: like one that reads from
 * a disk or a network file system that doesn't answer, it comes back from no call, whatever signal
 * it gets.
 */
final class HeldThread {
  private static final int PTRACE_SEIZE = 0x4206;
  private static final int PTRACE_INTERRUPT = 0x4207;
  private static final int WALL = 0x40000000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle PTRACE =
      call(
          "ptrace",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle WAITPID =
      call("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

  private HeldThread() {}

  @SuppressWarnings("restricted")
  private static MethodHandle call(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
  }

  /**
   * Holds a thread; skips the test where the machine doesn't allow it.
   *
   * @param name as in /proc/PID/task/TID/comm, of which the kernel keeps 15 characters
   */
  static void hold(long pid, String name) throws IOException {
    int thread = find(pid, name);
    CompletableFuture<Boolean> held = new CompletableFuture<>();
    // It is one thread that has to do all of it.
    Thread.ofPlatform().daemon().name("holds-" + name).start(() -> hold(thread, held));
    if (!held.join()) {
      MillraceProcess.skip("ptrace(2) of a child isn't allowed here");
    }
  }

  private static int find(long pid, String name) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      List<Path> all = tasks.toList();
      for (Path task : all) {
        if (Files.readString(task.resolve("comm")).strip().equals(name)) {
          return Integer.parseInt(task.getFileName().toString());
        }
      }
    }
    throw new AssertionError("process " + pid + " has no thread " + name);
  }

  private static void hold(int thread, CompletableFuture<Boolean> held) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      if ((long) PTRACE.invokeExact(PTRACE_SEIZE, thread, 0L, 0L) < 0
          || (long) PTRACE.invokeExact(PTRACE_INTERRUPT, thread, 0L, 0L) < 0) {
        held.complete(false);
        return;
      }
      boolean first = true;
      // Once that it is held; then that it has been killed, without which its process would stay.
      while ((int) WAITPID.invokeExact(thread, status, WALL) == thread) {
        if (first) {
          held.complete(true);
          first = false;
        } else {
          return;
        }
      }
      held.complete(false);
    } catch (Throwable failure) {
      held.completeExceptionally(failure);
    }
  }
}
