package io.millrace.jmh;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.KernelAbi;
import io.millrace.uring.SubmissionQueue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A submission queue whose kernel takes what is published at once: one store to the head per batch.
 * Of the product's default size, so that the SQEs go round 64 KiB.
 */
final class SqeMemory {
  static final int ENTRIES = 1024;

  private static final int CACHE_LINE_BYTES = 64;
  private static final VarHandle INT = JAVA_INT.varHandle();

  // The global arena, as the product's segments over mapped memory belong to none that could close.
  private final MemorySegment headAndTail =
      Arena.global().allocate(2L * Integer.BYTES, CACHE_LINE_BYTES);
  private final MemorySegment head = headAndTail.asSlice(0, Integer.BYTES);
  private final MemorySegment tail = headAndTail.asSlice(Integer.BYTES, Integer.BYTES);
  private final MemorySegment flags = Arena.global().allocate(JAVA_INT);
  private final MemorySegment sqes =
      Arena.global().allocate((long) ENTRIES * KernelAbi.IO_URING_SQE_SIZE, CACHE_LINE_BYTES);
  private final SubmissionQueue queue = new SubmissionQueue(head, tail, flags, null, sqes, ENTRIES);

  SubmissionQueue queue() {
    return queue;
  }

  /** The kernel's part: it has taken everything. */
  void take() {
    // Release, as the kernel does; the partner is the acquire in SubmissionQueue.pending().
    INT.setRelease(head, 0L, (int) INT.getAcquire(tail, 0L));
  }

  /** Throws unless the last published SQE has this user_data, and none is left. */
  void check(long userData) {
    int last = (int) INT.getAcquire(tail, 0L) - 1;
    long sqe = (long) (last & ENTRIES - 1) * KernelAbi.IO_URING_SQE_SIZE;
    long found = sqes.get(JAVA_LONG, sqe + KernelAbi.IO_URING_SQE_USER_DATA);
    if (found != userData || queue.pending() != 0) {
      throw new IllegalStateException(
          "the last SQE is of request %d instead of %d; %d left"
              .formatted(found, userData, queue.pending()));
    }
  }
}
