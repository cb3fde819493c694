package io.millrace.cli;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.CpuPlan;
import io.millrace.shim.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every thread of the process off the rings' CPUs, but the rings' own: the compiler's, the
 * collector's, readers and whatever serves HTTP. A ring would wait a time slice for each of them,
 * and so would a kernel thread that takes its requests.
 */
final class ClearedCpus {
  private static final Logger LOG = LoggerFactory.getLogger(ClearedCpus.class);
  private static final Path THREADS = Path.of("/proc/self/task");

  /**
   * Of a ring's own thread, and of a kernel thread that polls one, which could be moved (6.18); the
   * kernel's other workers for it can't, and refuse.
   */
  private static final Pattern RING = Pattern.compile("(ring|iou-sqp)-\\d+\\n");

  /** In the first, a thread that has not been moved yet may start another. */
  private static final int PASSES = 2;

  private ClearedCpus() {}

  /**
   * Moves the threads; those that they start later stay where they are. Does nothing where rings
   * have every CPU of the process. Where nothing else is left, they share the pollers'.
   *
   * @param rings the CPUs that rings run on
   * @param pollers those that kernel threads are pinned to, which poll rings
   */
  static void of(Kernel kernel, List<Integer> rings, List<Integer> pollers) {
    List<Integer> others = new ArrayList<>(CpuPlan.allowedCpus(kernel));
    others.removeAll(rings);
    if (others.isEmpty()) {
      return;
    }
    if (!pollers.containsAll(others)) {
      others.removeAll(pollers);
    }
    try (Arena arena = Arena.ofConfined()) {
      int words = others.getLast() / Long.SIZE + 1;
      MemorySegment mask = arena.allocate(JAVA_LONG, words);
      for (int cpu : others) {
        int word = cpu / Long.SIZE;
        mask.setAtIndex(JAVA_LONG, word, mask.getAtIndex(JAVA_LONG, word) | 1L << cpu % Long.SIZE);
      }
      for (int pass = 0; pass < PASSES; pass++) {
        confine(kernel, mask, words);
      }
    } catch (IOException failure) {
      LOG.warn("the rings share their CPUs with this process's other threads: {}", failure);
    }
  }

  private static void confine(Kernel kernel, MemorySegment mask, int words) throws IOException {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        if (!isRing(thread)) {
          int number = Integer.parseInt(thread.getFileName().toString());
          kernel.threadConfine(number, mask, words); // Refused: it has ended, or is the kernel's.
        }
      }
    }
  }

  private static boolean isRing(Path thread) {
    try {
      return RING.matcher(Files.readString(thread.resolve("comm"), UTF_8)).matches();
    } catch (IOException ended) {
      return false;
    }
  }
}
