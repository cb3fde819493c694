package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.DropReason;
import io.millrace.counters.LatenessHistogram;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters.State;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.Errno;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.uring.FakeKernel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the loopback device never does: completions that come late, one by one, or not at all, and
 * submissions that are not taken.
 */
final class SenderThreadOnFakeKernelTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5004);

  /** Of a ring of eight SQEs. */
  private static final int REQUESTS = 7;

  /** A target that has more in the kernel than is left for others gets no more; two at a time. */
  private static final int SHARE = 4;

  private final FakeKernel fake = new FakeKernel();
  private final SenderRig rig = new SenderRig(fake.kernel(), 64, 1024);

  SenderThreadOnFakeKernelTest() {
    rig.capacities = Capacities.of(8, 2);
    assertThat(rig.capacities.requests()).isEqualTo(REQUESTS);
  }

  @AfterEach
  void close() {
    fake.change(() -> fake.completionsPerEnter = Integer.MAX_VALUE);
    rig.close();
  }

  private Stream endless(int targets) {
    return rig.add(
        rig.generator(100, GeneratorSource.ENDLESS),
        SenderRig.unlimited(),
        Collections.nCopies(targets, ADDRESS).toArray(new InetSocketAddress[0]));
  }

  private void hold() {
    fake.change(() -> fake.completionsPerEnter = 0);
  }

  private void completeAll() {
    fake.change(() -> fake.completionsPerEnter = Integer.MAX_VALUE);
  }

  private void awaitItsShareInFlight() {
    rig.await("the target has its share", () -> fake.inFlight() == SHARE);
  }

  @Test
  void aDatagramThatHasToWaitForARequestIsOfferedOnce() {
    Stream stream = rig.add(rig.generator(100, 100), SenderRig.datagrams(1e6), ADDRESS);
    hold();
    rig.start();
    awaitItsShareInFlight();
    fake.change(() -> fake.completionsPerEnter = 1);
    rig.awaitEnded(stream);
    assertThat(stream.counters().offeredDatagrams()).isEqualTo(100);
    long recorded = 0;
    for (int bucket = 0; bucket < LatenessHistogram.buckets(); bucket++) {
      recorded += stream.counters().lateness().count(bucket);
    }
    assertThat(recorded).as("latenesses").isEqualTo(100);
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void streamsShareTheRequestsThatComeFreeOneByOne() {
    Stream first = endless(1);
    Stream second = endless(1);
    Stream third = endless(1);
    fake.completionsPerEnter = 1;
    rig.start();
    rig.await("3000 sends", () -> rig.counters.completions() >= 3000);
    completeAll();
    rig.stop();
    rig.assertBooksAreClosed();
    for (Stream stream : new Stream[] {first, second, third}) {
      assertThat(stream.counters().offeredDatagrams())
          .as(stream.name())
          .isGreaterThan(rig.counters.requests() / 6);
    }
  }

  @Test
  void aPauseInMidFanOutFinishesWhatWasBegunFirst() {
    Stream stream = endless(10);
    hold();
    rig.start();
    awaitItsShareInFlight(); // fewer than there are targets
    rig.proxy().pause(0);
    rig.await("paused", () -> stream.counters().state() == State.PAUSED);
    long offered = stream.counters().offeredDatagrams();
    completeAll();
    rig.await("it is with all targets", () -> rig.counters.completions() == 10 * offered);
    assertThat(stream.counters().offeredDatagrams()).isEqualTo(offered);
    rig.assertBooksAreClosed();
    rig.proxy().resume(0);
    rig.await("it goes on", () -> stream.counters().offeredDatagrams() > offered + 100);
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aStopInMidFanOutDropsWhatWasBegunForTheTargetsItHasNotGoneTo() {
    Stream stream = endless(10);
    hold();
    SenderThread thread = rig.start();
    awaitItsShareInFlight();
    thread.proxy().stop();
    TargetCounters last = stream.targets()[9].counters();
    rig.await("the rest is dropped", () -> last.droppedTotal() > 0);
    completeAll();
    rig.stop();
    long sent = 0;
    long dropped = 0;
    for (Target target : stream.targets()) {
      sent += target.counters().datagrams();
      dropped += target.counters().dropped(DropReason.STOPPED.ordinal());
    }
    assertThat(sent).isEqualTo(SHARE);
    assertThat(dropped).isEqualTo(10 * stream.counters().offeredDatagrams() - SHARE);
    assertThat(stream.counters().state()).isEqualTo(State.STOPPED);
    assertThat(thread.abandonedRequests()).isZero();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void requestsThatNeverEndAreGivenUpAfterTheDrainTimeout() {
    rig.drainTimeoutNs = TimeUnit.MILLISECONDS.toNanos(50);
    // A datagram fills a slot.
    Stream stream =
        rig.add(rig.generator(1000, GeneratorSource.ENDLESS), SenderRig.unlimited(), ADDRESS);
    hold();
    SenderThread thread = rig.start();
    awaitItsShareInFlight();
    rig.stop();
    assertThat(thread.abandonedRequests()).isEqualTo(SHARE);
    assertThat(rig.counters.inFlight()).isEqualTo(SHARE);
    assertThat(stream.counters().state()).isEqualTo(State.STOPPED);
    assertThat(stream.targets()[0].counters().droppedTotal())
        .as("offered = sent + dropped all the same")
        .isEqualTo(stream.counters().offeredDatagrams());
    assertThat(rig.pool.free()).as("their slots stay the kernel's").isEqualTo(64 - SHARE);
  }

  @Test
  void submissionsThatTheKernelDoesNotTakeAreNotLost() {
    Stream stream = rig.add(rig.generator(100, 5000), SenderRig.unlimited(), ADDRESS, ADDRESS);
    rig.start();
    for (int time = 0; time < 20; time++) {
      fake.change(() -> fake.refusedSubmissions += 3);
    }
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(fake.refusedSubmissions).isZero();
    assertThat(stream.targets()[1].counters().datagrams()).isEqualTo(5000);
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  /**
   * The wake-up's read is submitted anew; the queue may just then be full of what the kernel hasn't
   * taken.
   */
  @Test
  void aWakeUpWhileTheQueueIsFullOverwritesNothing() {
    rig.idleStrategy = IdleStrategy.PARK;
    Stream stream = endless(1);
    rig.start();
    for (int round = 0; round < 30; round++) {
      rig.proxy().pause(0);
      rig.await("paused", () -> stream.counters().state() == State.PAUSED);
      rig.await("quiet", () -> rig.counters.inFlight() == 0);
      fake.change(() -> fake.refusedSubmissions = 3);
      long offered = stream.counters().offeredDatagrams();
      rig.proxy().resume(0);
      rig.await("it goes on", () -> stream.counters().offeredDatagrams() > offered + 10);
    }
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void indicesThatWrapInTheMiddleLoseNothing() {
    fake.firstIndex = -1001;
    Stream stream = rig.add(rig.generator(100, 3000), SenderRig.unlimited(), ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(stream.targets()[0].counters().datagrams()).isEqualTo(3000);
    rig.assertBooksAreClosed();
  }

  @Test
  void aSlotThatAnotherThreadReleasesEndsTheWait() {
    Stream stream = rig.add(rig.generator(100, 10), SenderRig.unlimited(), ADDRESS);
    int[] held = new int[64];
    for (int slot = 0; slot < held.length; slot++) {
      held[slot] = rig.pool.claim();
    }
    rig.start();
    rig.await("the pool is exhausted", () -> rig.pool.exhausted() > 0);
    assertThat(stream.counters().offeredDatagrams()).isZero();
    rig.pool.release(held[0]);
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(stream.targets()[0].counters().datagrams()).isEqualTo(10);
    rig.assertBooksAreClosed();
    assertThat(rig.pool.free()).isEqualTo(1);
  }

  @Test
  void onAStockKernelEveryRequestTakesTwoCqes() {
    Stream stream = rig.add(rig.generator(100, 3000), SenderRig.unlimited(), ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(rig.counters.completions(RingCounters.Mode.PAIRED)).isEqualTo(3000);
    assertThat(rig.counters.cqes()).isEqualTo(6000);
    assertThat(rig.counters.copiedSamples()).as("1 in 1024, from the first on").isEqualTo(3);
  }

  @Test
  void inTheCombinedModeOnlyTheSamplesTakeTwoCqes() {
    fake.combineFlag = 1 << 15;
    rig.mode = SendMode.zeroCopy(1 << 15);
    Stream stream = rig.add(rig.generator(100, 3000), SenderRig.unlimited(), ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(stream.targets()[0].counters().datagrams()).isEqualTo(3000);
    assertThat(rig.counters.completions(RingCounters.Mode.COMBINED)).isEqualTo(2997);
    assertThat(rig.counters.completions(RingCounters.Mode.PAIRED)).isEqualTo(3);
    assertThat(rig.counters.cqes()).isEqualTo(3003);
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aCombinedErrorIsADrop() {
    fake.combineFlag = 1 << 15;
    fake.sendErrors.put(1, -Errno.ECANCELED);
    rig.mode = SendMode.zeroCopy(1 << 15);
    Stream stream = rig.add(rig.generator(100, 3000), SenderRig.unlimited(), ADDRESS, ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(stream.targets()[0].counters().datagrams()).isEqualTo(3000);
    assertThat(stream.targets()[1].counters().datagrams()).isZero();
    assertThat(stream.targets()[1].counters().dropped(DropReason.ECANCELED.ordinal()))
        .isEqualTo(3000);
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aBrokenDescriptorEndsTheThread() {
    fake.sendErrors.put(1, -Errno.EBADF);
    rig.add(rig.generator(100, 3000), SenderRig.unlimited(), ADDRESS, ADDRESS);
    SenderThread thread = rig.start();
    rig.await("its end", () -> !thread.isAlive());
    assertThat(thread.failure())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("EBADF");
  }

  @Test
  void whatIsFullIsTriedAgainAndAgainAndNotRoundAndRound() {
    fake.sendErrors.put(0, -Errno.ENOBUFS);
    Stream stream = rig.add(rig.generator(100, 20), SenderRig.unlimited(), ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    TargetCounters full = stream.targets()[0].counters();
    assertThat(full.dropped(DropReason.ENOBUFS.ordinal())).isEqualTo(20);
    assertThat(full.retried()).isEqualTo(20 * SendErrorPolicy.MOST_RETRIES);
    assertThat(rig.counters.requests()).isEqualTo(20 * (1 + SendErrorPolicy.MOST_RETRIES));
    rig.assertEverySlotIsFree();
  }

  /**
   * A refusal comes back after the batch, as from any real network: each batch is sent but for its
   * first datagram, which is the one that is sent again.
   */
  @Test
  void aTargetThatRefusesWholeBatchesLaterIsGivenUp() {
    fake.laterErrors.put(0, -Errno.ECONNREFUSED);
    Stream stream = rig.add(rig.generator(100, 300), SenderRig.unlimited(), ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    TargetCounters refused = stream.targets()[0].counters();
    assertThat(refused.circuitOpenings()).isPositive();
    assertThat(refused.lastFailure()).isEqualTo(DropReason.ECONNREFUSED);
    assertThat(refused.datagrams()).as("sent, as far as the kernel can say").isLessThan(100);
    assertThat(refused.dropped(DropReason.CIRCUIT_OPEN.ordinal())).isGreaterThan(200);
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void withoutZeroCopyEveryRequestIsASend() {
    rig.mode = SendMode.COPY;
    Stream stream = rig.add(rig.generator(100, 1000), SenderRig.unlimited(), ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(rig.counters.requests(RingCounters.Op.SEND)).isEqualTo(1000);
    assertThat(rig.counters.completions(RingCounters.Mode.SINGLE)).isEqualTo(1000);
    rig.assertBooksAreClosed();
  }

  @Test
  void aSourceThatBreaksOffFailsItsStreamAfterWhatItBrought() {
    QueuedSource source = new QueuedSource(rig.references, 100, 4);
    Stream stream = rig.add(source, SenderRig.unlimited(), ADDRESS);
    rig.start();
    int slot = rig.pool.claim();
    assertThat(rig.proxy().slotFilled(0, slot, 250)).isTrue();
    rig.await("it is sent", () -> stream.targets()[0].counters().bytes() == 250);
    assertThat(stream.counters().state()).as("waiting for more").isEqualTo(State.RUNNING);
    assertThat(rig.proxy().sourceEnded(0, true)).isTrue();
    rig.awaitEnded(stream);
    assertThat(stream.counters().state()).isEqualTo(State.FAILED);
    rig.stop();
    assertThat(stream.targets()[0].counters().datagrams()).as("100, 100 and 50").isEqualTo(3);
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void whatArrivesForAPausedStreamIsSentWhenItResumes() {
    QueuedSource source = new QueuedSource(rig.references, 100, 4);
    Stream stream = rig.add(source, SenderRig.unlimited(), ADDRESS);
    rig.start();
    rig.proxy().pause(0);
    rig.proxy().slotFilled(0, rig.pool.claim(), 100);
    rig.proxy().sourceEnded(0, false);
    rig.await("paused", () -> stream.counters().state() == State.PAUSED);
    assertThat(stream.counters().offeredDatagrams()).isZero();
    rig.proxy().resume(0);
    rig.awaitEnded(stream);
    assertThat(stream.counters().state()).isEqualTo(State.FINISHED);
    assertThat(stream.targets()[0].counters().datagrams()).isEqualTo(1);
  }

  @Test
  void slotsThatAreQueuedAtTheStopAreGivenBackByTheirSource() {
    rig.capacities = Capacities.of(8, 8);
    QueuedSource source = new QueuedSource(rig.references, 100, 4);
    Stream stream = rig.add(source, SenderRig.datagrams(0.001), ADDRESS);
    rig.start();
    for (int slot = 0; slot < 3; slot++) {
      rig.proxy().slotFilled(0, rig.pool.claim(), 300);
    }
    rig.await("the first is sent", () -> stream.targets()[0].counters().datagrams() == 1);
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }
}
