package io.millrace.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.shim.KernelAbi;
import io.millrace.uring.CompletionQueue;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;

/**
 * Part of a planted bug: moves a CQ's head before anything was read, and shows what may happen then
 * at once, with the kernel on another CPU: it uses an entry anew.
 */
public final class EarlyHead {
  private EarlyHead() {}

  /** Called by the mutant. */
  public static void publish(CompletionQueue queue) {
    MemorySegment head = segment(queue, "head");
    int from = head.get(JAVA_INT, 0);
    int to = segment(queue, "tail").get(JAVA_INT, 0);
    head.set(JAVA_INT, 0, to);
    if (to - from > 1) {
      MemorySegment cqes = segment(queue, "cqes");
      int entries = (int) (cqes.byteSize() / KernelAbi.IO_URING_CQE_SIZE);
      long first = (long) (from & (entries - 1)) * KernelAbi.IO_URING_CQE_SIZE;
      cqes.asSlice(first, KernelAbi.IO_URING_CQE_SIZE).fill((byte) 0xEE);
    }
  }

  private static MemorySegment segment(CompletionQueue queue, String name) {
    try {
      Field field = CompletionQueue.class.getDeclaredField(name);
      field.setAccessible(true);
      return (MemorySegment) field.get(queue);
    } catch (ReflectiveOperationException gone) {
      throw new LinkageError("CompletionQueue." + name, gone);
    }
  }
}
