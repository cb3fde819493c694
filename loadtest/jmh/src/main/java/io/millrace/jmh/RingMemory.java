package io.millrace.jmh;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.KernelAbi;
import io.millrace.uring.CompletionQueue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A completion queue whose kernel has written everything in advance. The CQEs are laid out once,
 * all around the ring; from then on {@link #post} moves the tail by a batch and the entries below
 * it are what the kernel would have written. So no benchmark pays for writing CQEs: where the
 * kernel's part would be, there is one store per batch.
 *
 * <p>It works because the numbers of the requests recur. The table of free requests is a stack:
 * requests that end in the order 0, 1, 2 are taken next as 2, 1, 0, and after these as 0, 1, 2
 * again. Batches of a ring with an even number of them therefore always meet the same entries.
 */
final class RingMemory {
  /** What every send results in, in bytes. */
  static final int RESULT = 1400;

  private static final int CACHE_LINE_BYTES = 64;
  private static final VarHandle INT = JAVA_INT.varHandle();

  // Head and tail side by side, as in the kernel (struct io_uring in
  // include/linux/io_uring_types.h, 6.12). The global
  // arena, as the product's segments over mapped memory belong to none that could close.
  private final MemorySegment headAndTail =
      Arena.global().allocate(2L * Integer.BYTES, CACHE_LINE_BYTES);
  private final MemorySegment head = headAndTail.asSlice(0, Integer.BYTES);
  private final MemorySegment tail = headAndTail.asSlice(Integer.BYTES, Integer.BYTES);
  private final MemorySegment overflow = Arena.global().allocate(JAVA_INT);
  private final MemorySegment cqes;
  private final CompletionQueue queue;
  private final int cqesPerBatch;
  private int localTail;

  /**
   * A ring, empty.
   *
   * @param batch requests whose completions are posted together
   * @param entries CQEs, a power of two and room for an even number of batches
   */
  RingMemory(Shape shape, int batch, int entries) {
    cqesPerBatch = batch * shape.cqesPerRequest();
    if (batch < 1 || entries % (2 * cqesPerBatch) != 0) {
      throw new IllegalArgumentException(
          "batch=%d: a ring of %d CQEs doesn't hold an even number of such batches"
              .formatted(batch, entries));
    }
    cqes = Arena.global().allocate((long) entries * KernelAbi.IO_URING_CQE_SIZE, CACHE_LINE_BYTES);
    for (int index = 0; index < entries; index += cqesPerBatch) {
      layOut(index, shape, requestsOfBatch(batch, index / cqesPerBatch));
    }
    queue = new CompletionQueue(head, tail, overflow, cqes, entries);
  }

  /** The numbers of a batch's requests in the order of their submission, which they end in too. */
  static int[] requestsOfBatch(int batch, int number) {
    int[] requests = new int[batch];
    for (int position = 0; position < batch; position++) {
      requests[position] = number % 2 == 0 ? position : batch - 1 - position;
    }
    return requests;
  }

  private void layOut(int firstIndex, Shape shape, int[] requests) {
    int index = firstIndex;
    for (int request : requests) {
      switch (shape) {
        case COMBINED -> write(index++, request, RESULT, KernelAbi.IORING_CQE_F_NOTIF);
        case PAIRED_ADJACENT -> {
          write(index++, request, RESULT, KernelAbi.IORING_CQE_F_MORE);
          write(index++, request, 0, KernelAbi.IORING_CQE_F_NOTIF);
        }
        case PAIRED_RESULTS_FIRST -> {
          write(index, request, RESULT, KernelAbi.IORING_CQE_F_MORE);
          write(index + requests.length, request, 0, KernelAbi.IORING_CQE_F_NOTIF);
          index++;
        }
      }
    }
  }

  private void write(int index, long userData, int result, int flags) {
    long cqe = (long) index * KernelAbi.IO_URING_CQE_SIZE;
    cqes.set(JAVA_LONG, cqe + KernelAbi.IO_URING_CQE_USER_DATA, userData);
    cqes.set(JAVA_INT, cqe + KernelAbi.IO_URING_CQE_RES, result);
    cqes.set(JAVA_INT, cqe + KernelAbi.IO_URING_CQE_FLAGS, flags);
  }

  /** The kernel's part: the next batch's CQEs are there. */
  void post() {
    localTail += cqesPerBatch;
    // Release, as the kernel does; the partner is the acquire in CompletionQueue.reap().
    INT.setRelease(tail, 0L, localTail);
  }

  CompletionQueue queue() {
    return queue;
  }
}
