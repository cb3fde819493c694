package io.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.shim.KernelAbi;
import io.millrace.uring.SubmissionQueue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The submission queue of a ring that a kernel thread polls, and that thread. */
public final class PolledQueueStress {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private PolledQueueStress() {}

  /**
   * A request is published while the kernel's thread falls asleep. r1: the owner sees that it has
   * to be woken; r2: the thread sees the request before it sleeps. Without the full fence in {@code
   * publishToPoller} both are false now and then, and the request lies there until the next one.
   */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "It sleeps and is woken.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It doesn't sleep.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both have seen it.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "It sleeps, and nobody wakes it.")
  @State
  public static class ARequestIsTakenOrItsTakerWoken {
    private final MemorySegment tail = MemorySegment.ofArray(new int[1]);
    private final MemorySegment flags = MemorySegment.ofArray(new int[1]);
    private final SubmissionQueue queue =
        new SubmissionQueue(
            MemorySegment.ofArray(new int[1]),
            tail,
            flags,
            null,
            MemorySegment.ofArray(new long[KernelAbi.IO_URING_SQE_SIZE / Long.BYTES]),
            1);

    @Actor
    public void owner(ZZ_Result result) {
      queue.send(0, 0, 1, 0);
      result.r1 = queue.publishToPoller();
    }

    /** io_sq_thread: the flag, a barrier, the tail. */
    @Actor
    public void poller(ZZ_Result result) {
      INT.getAndBitwiseOr(flags, 0L, KernelAbi.IORING_SQ_NEED_WAKEUP);
      VarHandle.fullFence();
      result.r2 = (int) INT.getAcquire(tail, 0L) != 0;
    }
  }
}
