package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.DropReason;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.Errno;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.Stream;
import io.millrace.stream.TrainLimits;
import io.millrace.uring.FakeKernel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Trains, and what becomes of those that the kernel refuses; on a fake kernel. */
final class TrainsTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 9);

  /** Ten datagrams of 100 bytes in a slot, and at most eight in a train. */
  private static final int SLOT_BYTES = 1024;

  private static final int TRAIN = 8;

  private final FakeKernel fake = new FakeKernel();
  private final SenderRig rig = new SenderRig(fake.kernel(), 64, SLOT_BYTES);

  TrainsTest() {
    rig.trains = new TrainLimits(TRAIN);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void finish(Stream stream) {
    rig.awaitEnded(stream);
    rig.stop();
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  private static TargetCounters of(Stream stream, int target) {
    return stream.targets()[target].counters();
  }

  @Test
  void countersCountDatagramsNotTrains() {
    Stream stream = rig.add(rig.generator(100, 3000), SenderRig.unlimited(), ADDRESS);
    rig.start();
    finish(stream);
    assertThat(of(stream, 0).datagrams()).isEqualTo(3000);
    assertThat(of(stream, 0).bytes()).isEqualTo(300_000);
    assertThat(rig.counters.requests()).as("a slot is a train of 8 and one of 2").isEqualTo(600);
    assertThat(fake.sentBytes).containsOnly(800, 200);
  }

  @Test
  void aTrainMayEndWithAShorterDatagram() {
    QueuedSource source = new QueuedSource(rig.references, 100, 4);
    Stream stream = rig.add(source, SenderRig.unlimited(), ADDRESS, ADDRESS);
    rig.start();
    rig.proxy().slotFilled(0, rig.pool.claim(), 950);
    rig.proxy().sourceEnded(0, false);
    finish(stream);
    assertThat(fake.sentBytes).containsExactly(800, 800, 150, 150);
    for (int target = 0; target < 2; target++) {
      assertThat(of(stream, target).datagrams()).isEqualTo(10);
      assertThat(of(stream, target).bytes()).isEqualTo(950);
    }
  }

  /** 1,000 datagrams per second are one in the millisecond that a train may span. */
  @Test
  void aSlowStreamHasNoTrainsHoweverFarBehind() {
    Stream stream = rig.add(rig.generator(100, 60), SenderRig.datagrams(1000), ADDRESS);
    fake.completionsPerEnter = 0; // it falls behind, as far as the burst allows
    rig.start();
    fake.change(() -> fake.completionsPerEnter = Integer.MAX_VALUE);
    finish(stream);
    assertThat(fake.sentBytes).hasSize(60).containsOnly(100);
  }

  @Test
  void aRefusedTrainIsSentAgainAsSingles() {
    fake.trainError = -Errno.EIO;
    Stream stream = rig.add(rig.generator(100, 3000), SenderRig.unlimited(), ADDRESS);
    rig.start();
    finish(stream);
    TargetCounters counters = of(stream, 0);
    assertThat(counters.datagrams()).isEqualTo(3000);
    assertThat(counters.droppedTotal()).isZero();
    assertThat(counters.trainsRefused()).isPositive();
    assertThat(counters.lastRefusal()).isEqualTo(DropReason.EIO);
    assertThat(counters.trainLength()).isEqualTo(1);
    assertThat(fake.sentBytes).hasSize(3000).containsOnly(100);
    assertThat(fake.segmentBytes).as("the socket does not segment any more").isEmpty();
  }

  /** As on a path whose MTU has become smaller, or an IPsec route: it isn't the length. */
  @Test
  void aSingleDatagramThatASegmentingSocketRefusesIsSentAgainToo() {
    fake.trainError = -Errno.EMSGSIZE;
    Stream stream = rig.add(rig.generator(100, 50), SenderRig.datagrams(900), ADDRESS);
    rig.start();
    finish(stream);
    assertThat(of(stream, 0).datagrams()).isEqualTo(50);
    assertThat(of(stream, 0).trainsRefused()).isPositive();
    assertThat(fake.sentBytes).hasSize(50).containsOnly(100);
  }

  /** What a socket that doesn't segment refuses is refused for another reason. */
  @Test
  void singlesAreNotSentAgainAndAgain() {
    fake.sendErrors.put(0, -Errno.EMSGSIZE);
    Stream stream = rig.add(rig.generator(100, 500), SenderRig.unlimited(), ADDRESS);
    rig.start();
    finish(stream);
    assertThat(of(stream, 0).dropped(DropReason.EMSGSIZE.ordinal())).isEqualTo(500);
    assertThat(of(stream, 0).trainLength()).isEqualTo(1);
  }

  @Test
  void onlyTheTargetThatRefusesFallsBack() {
    fake.trainErrors.put(1, -Errno.EMSGSIZE);
    Stream stream =
        rig.add(rig.generator(100, 3000), SenderRig.unlimited(), ADDRESS, ADDRESS, ADDRESS);
    rig.start();
    finish(stream);
    for (int target = 0; target < 3; target++) {
      assertThat(of(stream, target).datagrams()).isEqualTo(3000);
      assertThat(of(stream, target).trainLength()).isEqualTo(target == 1 ? 1 : TRAIN);
    }
    assertThat(fake.segmentBytes).hasSize(2);
  }

  /** The refusal arrives late, with requests of every target in the kernel and more to come. */
  @Test
  void aHeldTargetMissesNothingWhileItsSocketIsChanged() {
    fake.trainErrors.put(1, -Errno.EINVAL);
    fake.completionsPerEnter = 2;
    rig.capacities = Capacities.of(1024, 16);
    Stream stream = rig.add(rig.generator(100, 300), SenderRig.unlimited(), ADDRESS, ADDRESS);
    rig.start();
    finish(stream);
    assertThat(of(stream, 0).datagrams()).isEqualTo(300);
    assertThat(of(stream, 1).datagrams()).isEqualTo(300);
    assertThat(of(stream, 1).trainsRefused()).isGreaterThan(1);
  }

  /** Found by the simulation: without a limit, runs that nobody was sent never ended. */
  @Test
  void aStreamWaitsWhileAllOfItsTargetsAreHeld() {
    fake.trainError = -Errno.EIO;
    fake.completionsPerEnter = 1;
    rig.capacities = Capacities.of(8, 8);
    Stream stream =
        rig.add(
            rig.generator(100, GeneratorSource.ENDLESS), SenderRig.unlimited(), ADDRESS, ADDRESS);
    rig.start();
    rig.await(
        "both get singles",
        () -> of(stream, 0).datagrams() > 100 && of(stream, 1).datagrams() > 100);
    fake.change(() -> fake.completionsPerEnter = Integer.MAX_VALUE);
    rig.stop();
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void otherErrorsDropTheWholeTrain() {
    fake.trainError = -Errno.ECANCELED;
    Stream stream = rig.add(rig.generator(100, 1000), SenderRig.unlimited(), ADDRESS);
    rig.start();
    finish(stream);
    assertThat(of(stream, 0).dropped(DropReason.ECANCELED.ordinal())).isEqualTo(1000);
    assertThat(of(stream, 0).trainsRefused()).isZero();
  }

  @Test
  void aStopWithABacklogClosesTheBooks() {
    fake.trainErrors.put(1, -Errno.EIO);
    Stream stream =
        rig.add(
            rig.generator(100, GeneratorSource.ENDLESS),
            SenderRig.unlimited(),
            ADDRESS,
            ADDRESS,
            ADDRESS);
    fake.completionsPerEnter = 1;
    rig.start();
    rig.await("a refusal", () -> of(stream, 1).trainsRefused() > 0);
    fake.change(() -> fake.completionsPerEnter = Integer.MAX_VALUE);
    rig.stop();
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void trainsComeBackAfterAWhileAndTheWaitDoublesWhereTheyDoNot() {
    Stream stream = rig.add(rig.generator(100, 1), SenderRig.unlimited(), ADDRESS);
    TargetTable targets = new TargetTable(new Stream[] {stream});
    TrainFallback fallback = new TrainFallback(rig.kernel, targets);
    long nowNs = 1_000_000;
    long waitNs = TrainFallback.FIRST_RETRY_NS;
    for (int round = 0; round < 8; round++) {
      fallback.refused(0, Errno.EIO, nowNs);
      assertThat(targets.isHeld(0)).isTrue();
      fallback.settle(0);
      assertThat(fake.segmentBytes).isEmpty();
      fallback.retry(nowNs + waitNs - 1);
      assertThat(targets.trainLength(0)).isEqualTo(1);
      nowNs += waitNs;
      fallback.retry(nowNs);
      assertThat(targets.isHeld(0)).as("nothing was in flight").isFalse();
      assertThat(targets.trainLength(0)).isEqualTo(TRAIN);
      assertThat(fake.segmentBytes).containsValue(100);
      waitNs = Math.min(2 * waitNs, TrainFallback.LONGEST_RETRY_NS);
      nowNs += TimeUnit.SECONDS.toNanos(1);
    }
    assertThat(waitNs).isEqualTo(TrainFallback.LONGEST_RETRY_NS);
    nowNs += TimeUnit.HOURS.toNanos(1);
    fallback.refused(0, Errno.EIO, nowNs);
    fallback.settle(0);
    fallback.retry(nowNs + TrainFallback.FIRST_RETRY_NS);
    assertThat(targets.trainLength(0)).as("long after, the wait is short again").isEqualTo(TRAIN);
  }

  /** The slow one's requests stay in the kernel; its share is bounded, the others get all. */
  @Test
  void aTargetThatNeverCompletesHoldsNobodyBack() {
    rig.capacities = Capacities.of(256, 16);
    fake.stuckFiles.add(1);
    Stream stream =
        rig.add(rig.generator(100, 20_000), SenderRig.unlimited(), ADDRESS, ADDRESS, ADDRESS);
    rig.start();
    rig.await(
        "the others have it all",
        () -> of(stream, 0).datagrams() == 20_000 && of(stream, 2).datagrams() == 20_000);
    assertThat(of(stream, 1).dropped(DropReason.SLOW.ordinal())).isPositive();
    fake.change(fake.stuckFiles::clear);
    finish(stream);
    assertThat(of(stream, 1).datagrams()).isPositive();
  }

  /** A stream that is faster than its link waits; it is nobody's fault, and nothing is dropped. */
  @Test
  void targetsThatAreAllAsSlowMakeTheStreamWait() {
    fake.completionsPerEnter = 1;
    Stream stream =
        rig.add(
            rig.generator(100, 2000), SenderRig.unlimited(), ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    rig.start();
    finish(stream);
    for (int target = 0; target < 4; target++) {
      assertThat(of(stream, target).datagrams()).isEqualTo(2000);
    }
  }

  @Test
  void aStreamThatNeverCompletesHoldsNoOtherBack() {
    rig.capacities = Capacities.of(256, 16);
    fake.stuckFiles.add(0);
    Stream stuck =
        rig.add(rig.generator(100, GeneratorSource.ENDLESS), SenderRig.unlimited(), ADDRESS);
    Stream free = rig.add(rig.generator(100, 20_000), SenderRig.unlimited(), ADDRESS);
    rig.start();
    rig.awaitEnded(free);
    assertThat(of(free, 0).datagrams()).isEqualTo(20_000);
    assertThat(of(stuck, 0).droppedTotal()).as("it waits, it has no other target").isZero();
    fake.change(fake.stuckFiles::clear);
    rig.stop();
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }
}
