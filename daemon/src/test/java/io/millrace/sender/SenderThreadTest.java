package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters.State;
import io.millrace.counters.TargetCounters;
import io.millrace.stream.FilePreloader;
import io.millrace.stream.FileReaderThread;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.PreloadedSource;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.SlotSink;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.stream.TrainLimits;
import io.millrace.stream.TrainProbe;
import io.millrace.stream.TxTime;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole sender over loopback, on the kernel underneath. */
@Tag("kernel")
class SenderThreadTest {
  private static final int RATE = 20_000;

  private final SenderRig rig = makeRig();
  private final Receiver first = Receiver.open();
  private final Receiver second = Receiver.open();

  /** On a ring; {@link SendmmsgSenderTest} does without. */
  SenderRig makeRig() {
    return SenderRig.onRealKernel(128, 2048);
  }

  @AfterEach
  void close() {
    rig.close();
    first.close();
    second.close();
  }

  private static List<Long> upTo(int count) {
    return LongStream.range(0, count).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource(IdleStrategy.class)
  void severalStreamsToSeveralTargetsLeaveEqualBooks(IdleStrategy strategy) {
    rig.idleStrategy = strategy;
    Stream fast =
        rig.add(
            rig.generator(64, 10_000), SenderRig.unlimited(), first.address(), second.address());
    Stream paced =
        rig.add(
            rig.generator(1400, 2000),
            SenderRig.datagrams(RATE),
            first.address(),
            second.address(),
            first.address());
    Stream bits =
        rig.add(
            rig.generator(300, 1000),
            Pacer.of(Pacer.Unit.BITS, 24e6, SenderRig.BURST_NS),
            second.address());
    rig.start();
    rig.awaitEnded(fast);
    rig.awaitEnded(paced);
    rig.awaitEnded(bits);
    rig.stop();
    assertThat(fast.counters().offeredDatagrams()).isEqualTo(10_000);
    assertThat(paced.counters().offeredDatagrams()).isEqualTo(2000);
    assertThat(bits.counters().offeredDatagrams()).isEqualTo(1000);
    assertThat(bits.targets()[0].counters().bytes()).isEqualTo(300_000);
    for (Stream stream : new Stream[] {fast, paced, bits}) {
      assertThat(stream.counters().state()).isEqualTo(State.FINISHED);
    }
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
    assertThat(rig.counters.requests()).isEqualTo(27_000);
    assertThat(rig.counters.cqes()).isEqualTo(rig.cqesOf(27_000));
  }

  /** The loopback device has no queue that waits for them. */
  @Test
  void datagramsWithDepartureTimesArriveInOrder() {
    Pacer pacer = SenderRig.datagrams(RATE);
    pacer.ahead(1_000_000, 500_000);
    Stream stream =
        rig.addTimed(rig.generator(300, 2000), pacer, TxTime.FQ, first.address(), second.address());
    CompletableFuture<List<byte[]>> atFirst = first.receive(2000);
    CompletableFuture<List<byte[]>> atSecond = second.receive(2000);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(Receiver.sequences(atFirst.join())).isEqualTo(upTo(2000));
    assertThat(Receiver.sequences(atSecond.join())).isEqualTo(upTo(2000));
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
    assertThat(
            rig.counters.requests(RingCounters.Op.SENDMSG)
                + rig.counters.requests(RingCounters.Op.SENDMMSG))
        .isEqualTo(4000);
  }

  @Test
  void everyReceiverOfAFanOutGetsEveryDatagramInOrder() {
    int count = 4000;
    Stream stream =
        rig.add(
            rig.generator(200, count),
            SenderRig.datagrams(RATE),
            first.address(),
            second.address());
    CompletableFuture<List<byte[]>> atFirst = first.receive(count);
    CompletableFuture<List<byte[]>> atSecond = second.receive(count);
    rig.start();
    rig.awaitEnded(stream);
    assertThat(Receiver.sequences(atFirst.join())).isEqualTo(upTo(count));
    assertThat(Receiver.sequences(atSecond.join())).isEqualTo(upTo(count));
    rig.stop();
    rig.assertBooksAreClosed();
  }

  @Test
  void trainsArriveAsTheDatagramsTheyAreMadeOf() {
    rig.trains = new TrainLimits(TrainProbe.longest(rig.kernel));
    int count = 5000;
    // A train holds at most a millisecond of the stream: 20 datagrams.
    Stream stream =
        rig.add(
            rig.generator(100, count),
            SenderRig.datagrams(RATE),
            first.address(),
            second.address());
    rig.idleStrategy = IdleStrategy.PARK;
    CompletableFuture<List<byte[]>> atFirst = first.receive(count);
    CompletableFuture<List<byte[]>> atSecond = second.receive(count);
    rig.start();
    rig.awaitEnded(stream);
    assertThat(Receiver.sequences(atFirst.join())).isEqualTo(upTo(count));
    for (byte[] payload : atSecond.join()) {
      assertThat(payload).hasSize(100);
    }
    rig.stop();
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
    assertThat(stream.targets()[0].counters().datagrams()).isEqualTo(count);
    assertThat(stream.targets()[0].counters().trainsRefused()).isZero();
    assertThat(rig.counters.requests()).as("requests").isLessThan(2L * count);
  }

  @Test
  void payloadArrivesAsItWasMade() {
    Stream stream = rig.add(rig.generator(999, 50), SenderRig.unlimited(), first.address());
    CompletableFuture<List<byte[]>> received = first.receive(50);
    long before = System.currentTimeMillis();
    rig.start();
    rig.awaitEnded(stream);
    for (byte[] payload : received.join()) {
      assertThat(payload).hasSize(999);
      for (int index = GeneratorSource.HEADER_BYTES; index < payload.length; index++) {
        assertThat(payload[index]).isEqualTo((byte) index);
      }
      long sentMs = ByteBuffer.wrap(payload, 8, 8).getLong() / 1_000_000;
      assertThat(sentMs).isBetween(before - 1000, System.currentTimeMillis() + 1000);
    }
  }

  @Test
  void aPausedStreamSendsNothingAndGoesOnWhereItWas() {
    int count = 3000;
    Stream stream = rig.add(rig.generator(100, count), SenderRig.datagrams(RATE), first.address());
    CompletableFuture<List<byte[]>> received = first.receive(count);
    rig.start();
    rig.await("it runs", () -> stream.counters().offeredDatagrams() > 100);
    assertThat(rig.proxy().pause(0)).isTrue();
    rig.await("paused", () -> stream.counters().state() == State.PAUSED);
    rig.await("quiet", () -> rig.counters.inFlight() == 0);
    long offered = stream.counters().offeredDatagrams();
    // Twenty datagrams' time, and a proof that the thread has had its turn meanwhile.
    long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1);
    rig.await("a while has passed", () -> System.nanoTime() - untilNs > 0);
    rig.proxy().pause(0);
    assertThat(stream.counters().offeredDatagrams()).isEqualTo(offered).isLessThan(count);
    assertThat(rig.proxy().resume(0)).isTrue();
    rig.awaitEnded(stream);
    assertThat(Receiver.sequences(received.join())).isEqualTo(upTo(count));
  }

  @Test
  void aNewRateTakesEffectAtOnce() {
    Stream stream = rig.add(rig.generator(100, 500), SenderRig.datagrams(0.01), first.address());
    rig.start();
    rig.await("the first", () -> stream.counters().offeredDatagrams() == 1);
    // The next would be due in 100 s.
    assertThat(rig.proxy().rate(0, Pacer.Unit.DATAGRAMS, 10_000)).isTrue();
    rig.awaitEnded(stream);
    assertThat(stream.pacer().rate()).isEqualTo(10_000.0);
    assertThat(stream.counters().activeNs()).isLessThan(TimeUnit.SECONDS.toNanos(30));
    rig.stop();
    rig.assertBooksAreClosed();
  }

  @Test
  void thePaceIsKept() {
    int count = 1000;
    Stream stream = rig.add(rig.generator(100, count), SenderRig.datagrams(5000), first.address());
    rig.start();
    rig.awaitEnded(stream);
    // Never faster: 999 intervals of 200 us, less what a burst may catch up with.
    assertThat(stream.counters().activeNs())
        .isGreaterThanOrEqualTo(999 * 200_000L - SenderRig.BURST_NS);
  }

  @Test
  void aStopInMidStreamDrainsAndClosesTheBooks() {
    rig.capacities = Capacities.of(16, 5);
    Stream fast =
        rig.add(
            rig.generator(1000, GeneratorSource.ENDLESS),
            SenderRig.unlimited(),
            first.address(),
            second.address(),
            first.address(),
            second.address(),
            first.address(),
            second.address(),
            first.address());
    Stream paced =
        rig.add(
            rig.generator(100, GeneratorSource.ENDLESS),
            SenderRig.datagrams(RATE),
            first.address());
    SenderThread thread = rig.start();
    rig.await("both run", () -> paced.counters().offeredDatagrams() > 100);
    rig.stop();
    assertThat(thread.abandonedRequests()).isZero();
    assertThat(fast.counters().state()).isEqualTo(State.STOPPED);
    assertThat(paced.counters().state()).isEqualTo(State.STOPPED);
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aClosedTargetIsRefusedAndTheOtherGetsEverything() {
    int count = 2000;
    Receiver closed = Receiver.open();
    InetSocketAddress nobody = closed.address();
    closed.close();
    Stream stream =
        rig.add(rig.generator(100, count), SenderRig.datagrams(RATE), nobody, first.address());
    CompletableFuture<List<byte[]>> received = first.receive(count);
    rig.start();
    rig.awaitEnded(stream);
    assertThat(Receiver.sequences(received.join())).isEqualTo(upTo(count));
    rig.stop();
    TargetCounters refused = stream.targets()[0].counters();
    assertThat(refused.resent()).as("sent again, as the refusal was another's").isPositive();
    assertThat(refused.circuitOpenings()).isPositive();
    assertThat(refused.lastFailure()).isEqualTo(DropReason.ECONNREFUSED);
    assertThat(refused.droppedTotal())
        .as("nothing but refusals and their consequence")
        .isPositive()
        .isEqualTo(
            refused.dropped(DropReason.ECONNREFUSED.ordinal())
                + refused.dropped(DropReason.CIRCUIT_OPEN.ordinal()));
    assertThat(stream.targets()[1].counters().datagrams()).isEqualTo(count);
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aPreloadedFileArrivesWholeAndStaysLoaded(@TempDir Path folder) throws Exception {
    byte[] content = new byte[50_000];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("file"), content);
    FilePreloader preloader = new FilePreloader(rig.slab, rig.pool, rig.references);
    PreloadedSource source = Objects.requireNonNull(preloader.load(file, 1316, false), "it fits");
    Stream stream = rig.add(source, SenderRig.datagrams(RATE), first.address(), second.address());
    int datagrams = (content.length + 1315) / 1316;
    CompletableFuture<List<byte[]>> received = second.receive(datagrams);
    rig.start();
    rig.awaitEnded(stream);
    assertThat(concatenated(received.join())).isEqualTo(content);
    rig.stop();
    rig.assertBooksAreClosed();
    assertThat(rig.pool.free()).as("all but the loaded").isEqualTo(128 - datagrams);
    rig.assertEverySlotIsFree();
  }

  @Test
  void aFileThatIsReadAheadArrivesWhole(@TempDir Path folder) throws Exception {
    byte[] content = new byte[2_000_000];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("file"), content);
    QueuedSource source = new QueuedSource(rig.references, 1000, 16);
    Stream stream = rig.add(source, SenderRig.datagrams(RATE), first.address());
    CompletableFuture<List<byte[]>> received = first.receive(2000);
    SenderThread thread = rig.start();
    FileReaderThread reader =
        new FileReaderThread(
            "test",
            file,
            false,
            rig.slab,
            rig.pool,
            source,
            16,
            new SlotSink() {
              @Override
              public boolean filled(int slot, int payloadBytes) {
                return thread.proxy().slotFilled(0, slot, payloadBytes);
              }

              @Override
              public boolean ended(@Nullable String failure) {
                return thread.proxy().sourceEnded(0, failure != null);
              }
            });
    reader.start();
    rig.awaitEnded(stream);
    reader.join();
    assertThat(concatenated(received.join())).isEqualTo(content);
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  private static byte[] concatenated(List<byte[]> payloads) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    payloads.forEach(bytes::writeBytes);
    return bytes.toByteArray();
  }

  @Test
  void copyingSendsArriveToo() {
    if (rig.mode.zeroCopy()) {
      rig.mode = SendMode.COPY;
    }
    Stream stream = rig.add(rig.generator(100, 1000), SenderRig.datagrams(RATE), first.address());
    CompletableFuture<List<byte[]>> received = first.receive(1000);
    rig.start();
    rig.awaitEnded(stream);
    assertThat(Receiver.sequences(received.join())).isEqualTo(upTo(1000));
    rig.stop();
    assertThat(rig.counters.completions(RingCounters.Mode.SINGLE)).isEqualTo(1000);
    rig.assertBooksAreClosed();
  }

  @Test
  void aParkedThreadSleepsInsteadOfEnteringAgainAndAgain() {
    rig.idleStrategy = IdleStrategy.PARK;
    Stream stream = rig.add(rig.generator(100, 10), SenderRig.datagrams(20), first.address());
    rig.start();
    rig.awaitEnded(stream); // 0.45 s with nothing to do but ten datagrams
    rig.stop();
    assertThat(rig.counters.enters()).isLessThan(100);
  }

  /** Without the wake-up each command would wait for the end of the sleep, up to 100 ms. */
  @Test
  void aCommandWakesASleepingThread() {
    rig.idleStrategy = IdleStrategy.PARK;
    Stream stream = rig.add(rig.generator(100, 100), SenderRig.datagrams(0.001), first.address());
    rig.start();
    long[] tookNs = new long[31];
    for (int round = 0; round < tookNs.length; round++) {
      State wanted = round % 2 == 0 ? State.PAUSED : State.RUNNING;
      // Something that is no work of the thread's, so that it is asleep again.
      long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
      rig.await("it sleeps", () -> System.nanoTime() - untilNs > 0);
      long beganNs = System.nanoTime();
      if (wanted == State.PAUSED) {
        rig.proxy().pause(0);
      } else {
        rig.proxy().resume(0);
      }
      rig.await("the command", () -> stream.counters().state() == wanted);
      tookNs[round] = System.nanoTime() - beganNs;
    }
    Arrays.sort(tookNs);
    assertThat(tookNs[tookNs.length / 2])
        .as("median time of a command in ns")
        .isLessThan(TimeUnit.MILLISECONDS.toNanos(45));
  }

  @Test
  void aCpuThatIsNotThereIsAFailureOfTheStart() {
    Capacities small = Capacities.of(8, 8);
    SenderThread thread =
        new SenderThread(
            3,
            1000,
            rig.kernel,
            sink -> SendmmsgEngine.open(rig.kernel, new int[0], small, new RingCounters(), sink),
            rig.slab,
            rig.pool,
            rig.references,
            new Stream[0],
            small,
            SendMode.SENDMMSG,
            IdleStrategy.PARK,
            0,
            new RingCounters());
    thread.start();
    assertThatThrownBy(() -> thread.running().join())
        .hasRootCauseMessage("pinning ring 3 to CPU 1000: EINVAL");
    thread.close();
  }

  /** The number is printed: {@code allocated 0 bytes}. */
  @Test
  void aRunningRingAllocatesNothing() {
    rig.capacities = Capacities.of(256, 32);
    rig.trains = new TrainLimits(TrainProbe.longest(rig.kernel));
    Stream unlimited =
        rig.add(
            rig.generator(64, GeneratorSource.ENDLESS),
            SenderRig.unlimited(),
            first.address(), // that nobody drains: the kernel drops what doesn't fit
            second.address());
    Stream paced =
        rig.add(
            rig.generator(500, GeneratorSource.ENDLESS),
            SenderRig.datagrams(1000),
            first.address());
    SenderThread thread = rig.start();
    Target target = unlimited.targets()[0];
    rig.await("the compiler is through", () -> target.counters().datagrams() > 400_000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // A method may still be compiled, and leave its interpreter's garbage, once: the second or
    // third span must be clean.
    long allocated = -1;
    long datagrams = 0;
    for (int span = 0; span < 3 && allocated != 0; span++) {
      long bytesBefore = threads.getThreadAllocatedBytes(thread.threadId());
      long datagramsBefore = target.counters().datagrams();
      rig.await(
          "half a million passes", () -> target.counters().datagrams() - datagramsBefore > 500_000);
      allocated = threads.getThreadAllocatedBytes(thread.threadId()) - bytesBefore;
      datagrams = 2 * (target.counters().datagrams() - datagramsBefore);
      System.out.printf("ring thread: %,d datagrams, allocated %d bytes%n", datagrams, allocated);
    }
    assertThat(datagrams).isGreaterThan(1_000_000);
    assertThat(allocated).isZero();
    assertThat(paced.counters().offeredDatagrams()).isPositive();
    rig.stop();
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }
}
