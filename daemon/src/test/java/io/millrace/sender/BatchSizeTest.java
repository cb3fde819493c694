package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.Kernel;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.uring.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How many requests an io_uring_enter hands over: all that are due, up to {@code rings.batch}. The
 * duty cycles are called one by one, at times that the test sets.
 */
final class BatchSizeTest {
  private static final int BATCH = 16;
  private static final int STREAMS = 5;
  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long BURST_NS = TimeUnit.SECONDS.toNanos(1);

  private final FakeKernel fake = new FakeKernel();
  private final Kernel kernel = fake.kernel();
  private final Slab slab = Slab.map(kernel, 256, 256, Slab.Pages.BASE);
  private final RingCounters counters = new RingCounters();
  private SteppedSender sender = open(1);
  private long nowNs = TimeUnit.SECONDS.toNanos(1);

  /** Streams of a datagram a millisecond, each with a target of its own. */
  private SteppedSender open(int streamCount) {
    fake.clock = () -> nowNs;
    BufferPool pool = new BufferPool(slab.slots());
    SlotReferences references = new SlotReferences(pool);
    Stream[] streams = new Stream[streamCount];
    int[] sockets = new int[streamCount];
    for (int stream = 0; stream < streamCount; stream++) {
      sockets[stream] = kernel.udpSocket(0);
      streams[stream] =
          new Stream(
              stream,
              "stream-" + stream,
              new GeneratorSource(
                  slab, pool, references, 100, GeneratorSource.ENDLESS, true, false, 0),
              Pacer.of(Pacer.Unit.DATAGRAMS, 1e9 / INTERVAL_NS, BURST_NS),
              new Target[] {
                new Target(stream, "target-" + stream, sockets[stream], 1, new TargetCounters())
              },
              new StreamCounters());
    }
    return new SteppedSender(
        kernel,
        sockets,
        slab,
        pool,
        references,
        streams,
        Capacities.of(64, BATCH),
        SendMode.COPY,
        null,
        IdleStrategy.BUSY_SPIN,
        0,
        counters);
  }

  @AfterEach
  void close() {
    sender.close();
    slab.close();
  }

  /** The batches of a duty cycle; those of one are one or none. */
  private List<Integer> step() {
    fake.batches.clear();
    sender.step();
    return new ArrayList<>(fake.batches);
  }

  @Test
  void oneThatIsDueIsSentAloneAndAtOnce() {
    sender.begin();
    assertThat(step()).containsExactly(1);
    for (int datagram = 1; datagram < 1000; datagram++) {
      nowNs += INTERVAL_NS - 1;
      assertThat(step()).as("before its time").isEmpty();
      nowNs += 1;
      assertThat(step()).as("at its time").containsExactly(1);
    }
    assertThat(counters.requests()).isEqualTo(1000);
    assertThat(counters.batches()).isEqualTo(1000);
  }

  @Test
  void batchesAreAsLargeAsWhatIsDueUpToTheLargestAndShrinkAgain() {
    sender.begin();
    step();
    for (int due = 1; due <= BATCH; due++) {
      nowNs += due * INTERVAL_NS;
      assertThat(step()).as("%d are due", due).containsExactly(due);
      assertThat(step()).as("nothing is").isEmpty();
    }
    nowNs += (3 * BATCH + 1) * INTERVAL_NS;
    for (int full = 0; full < 3; full++) {
      assertThat(step()).as("more are due").containsExactly(BATCH);
    }
    assertThat(step()).as("the rest").containsExactly(1);
    nowNs += INTERVAL_NS;
    assertThat(step()).as("idle again").containsExactly(1);
  }

  @Test
  void whatIsDueOfSeveralStreamsSharesABatch() {
    sender.close();
    sender = open(STREAMS);
    sender.begin();
    nowNs += INTERVAL_NS; // they begin at different points of it
    while (!step().isEmpty()) {
      // what was due
    }
    nowNs += INTERVAL_NS;
    assertThat(step()).containsExactly(STREAMS);
    nowNs += 10 * INTERVAL_NS;
    assertThat(step()).containsExactly(BATCH);
  }
}
