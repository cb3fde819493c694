package io.millrace.jmh;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.SlotReferences;
import io.millrace.sender.ManyStreams;
import io.millrace.stream.Pacer;
import io.millrace.uring.SubmissionQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a sender thread does once per datagram or request before the kernel gets it: the slot, the
 * schedule, the SQE. Every figure is per operation, as its method says what that is.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 3,
    jvmArgs = { // deploy/millrace's, as far as they bear on this, and no assertions
      "-XX:+UseSerialGC",
      "-Xms32m",
      "-Xmx128m",
      "-XX:ReservedCodeCacheSize=64m",
      "--sun-misc-unsafe-memory-access=allow"
    })
public class HotPathBenchmark {
  /** Of every invocation: JMH wants a constant to divide by. */
  private static final int OPERATIONS = 512;

  /** The product's default rings.batch. */
  private static final int BATCH = 32;

  private static final int DATAGRAM_BYTES = 1400;

  /** A submission queue that a kernel empties after each batch. */
  @State(Scope.Thread)
  public static class Submissions {
    private final SqeMemory memory = new SqeMemory();
    private long request;

    @TearDown
    public void check() {
      memory.check(request - 1);
    }
  }

  /** The pool of a ring with the product's default number of slots. */
  @State(Scope.Thread)
  public static class Slots {
    private static final int SLOTS = 512;

    private final BufferPool pool = new BufferPool(SLOTS);
    private final SlotReferences references = new SlotReferences(pool);
    private final int[] claimed = new int[BATCH];

    @TearDown
    public void check() {
      if (pool.free() != SLOTS || pool.exhausted() != 0) {
        throw new IllegalStateException(pool.free() + " of " + SLOTS + " slots are free");
      }
    }
  }

  /** A stream's pace, and a clock that is just in time. */
  @State(Scope.Thread)
  public static class Pace {
    /** 8.9 million datagrams of 1400 bytes per second: an interval with a remainder. */
    private static final double BITS_PER_SECOND = 1e11 + 7;

    private static final long BURST_NS = 1_000_000;

    private final Pacer pacer = Pacer.of(Pacer.Unit.BITS, BITS_PER_SECOND, BURST_NS);
    private long taken;
    private long nowNs;

    @Setup
    public void reset() {
      pacer.reset(0);
    }

    @TearDown
    public void check() {
      double exactNs = (double) taken * DATAGRAM_BYTES * Byte.SIZE * 1e9 / BITS_PER_SECOND;
      if (Math.abs(pacer.dueNs(nowNs) - exactNs) > 1 + 1e-9 * exactNs) {
        throw new IllegalStateException(
            "%d datagrams: due at %d ns, not %f".formatted(taken, pacer.dueNs(nowNs), exactNs));
      }
    }
  }

  /** Many paced streams on one ring. */
  @State(Scope.Thread)
  public static class Streams {
    @Param({"100", "10000"})
    public int streams;

    @SuppressWarnings("NullAway.Init")
    private ManyStreams paced;

    @Setup
    public void pace() {
      paced = new ManyStreams(streams);
    }

    @TearDown
    public void check() {
      paced.check();
    }
  }

  /** Writes the SQE of a zero-copy send; one of 32 pays for publishing the tail. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void sqeFill(Submissions state) {
    SubmissionQueue queue = state.memory.queue();
    long request = state.request;
    for (int left = OPERATIONS; left > 0; left -= BATCH) {
      for (int sqe = 0; sqe < BATCH; sqe++) {
        queue.sendZc((int) request & 1023, request << 16, DATAGRAM_BYTES, 0, 0, request);
        request++;
      }
      queue.publishTailRelease();
      state.memory.take();
    }
    state.request = request;
  }

  /** Claims a slot, and releases it: a batch of claims, then a batch of releases. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void poolClaimAndRelease(Slots state) {
    BufferPool pool = state.pool;
    int[] claimed = state.claimed;
    for (int left = OPERATIONS; left > 0; left -= BATCH) {
      for (int index = 0; index < BATCH; index++) {
        claimed[index] = pool.claim();
      }
      for (int slot : claimed) {
        pool.release(slot);
      }
    }
  }

  /** Counts a request in and out of a slot that its source holds, as every target costs. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void slotReference(Slots state) {
    SlotReferences references = state.references;
    int[] claimed = state.claimed;
    for (int index = 0; index < BATCH; index++) {
      claimed[index] = state.pool.claim();
      references.begin(claimed[index]);
    }
    for (int left = OPERATIONS; left > 0; left -= BATCH) {
      for (int slot : claimed) {
        references.acquireForKernel(slot);
      }
      for (int slot : claimed) {
        references.releaseFromKernel(slot);
      }
    }
    for (int slot : claimed) {
      references.release(slot);
    }
  }

  /** Asks whether a datagram is due, and takes it from the schedule. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void pacer(Pace state) {
    Pacer pacer = state.pacer;
    long nowNs = state.nowNs;
    for (int datagram = 0; datagram < OPERATIONS; datagram++) {
      while (!pacer.isDue(nowNs)) {
        nowNs = pacer.dueNs(nowNs);
      }
      pacer.take(nowNs, DATAGRAM_BYTES);
    }
    state.taken += OPERATIONS;
    state.nowNs = nowNs;
  }

  /** Takes one datagram of the stream that is due first, and schedules its next one. */
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void dueHeap(Streams state) {
    ManyStreams paced = state.paced;
    for (int datagram = 0; datagram < OPERATIONS; datagram++) {
      paced.takeNext();
    }
  }
}
