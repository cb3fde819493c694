package io.millrace;

import io.millrace.shim.Kernel;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Does work on a CPU: memory that it is the first to touch, and what the kernel allocates for it,
 * then comes from that CPU's memory node. Any thread.
 */
final class NearMemory {
  private NearMemory() {}

  /**
   * Waits for {@code work} on a thread of its own, pinned to a CPU. Where the thread can't be
   * pinned it runs all the same, and the memory may be another node's.
   *
   * @param work throws nothing checked; what it throws is thrown here
   */
  static <T> T call(Kernel kernel, int cpu, Callable<T> work) {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              // A CPU that can't be had is reported by the sender thread, which needs it.
              int unpinned = kernel.threadPin(cpu);
              assert unpinned <= 0;
              return work.call();
            });
    Thread.ofPlatform().name("memory-cpu-" + cpu).start(task);
    try {
      return task.get();
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case RuntimeException unchecked -> throw unchecked;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(failed);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while the memory of a ring was made", interrupted);
    }
  }
}
