package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.DropReason;
import io.millrace.counters.StreamCounters.State;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.uring.FakeKernel;
import io.millrace.uring.Ring;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes while a ring runs, with completions that come when the test lets them. */
final class LiveChangesTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5004);
  private static final long PATIENT_NS = TimeUnit.HOURS.toNanos(1);
  private static final Target[] NONE = {};

  private final FakeKernel fake = new FakeKernel();
  private final SenderRig rig = new SenderRig(fake.kernel(), 64, 1024);

  LiveChangesTest() {
    rig.capacities = Capacities.of(8, 2);
    rig.makeRoom();
  }

  @AfterEach
  void close() {
    fake.change(
        () -> {
          fake.completionsPerEnter = Integer.MAX_VALUE;
          fake.stuckFiles.clear();
        });
    rig.close();
  }

  private Stream endless(int targets) {
    return rig.add(
        rig.generator(100, GeneratorSource.ENDLESS),
        SenderRig.unlimited(),
        Collections.nCopies(targets, ADDRESS).toArray(new InetSocketAddress[0]));
  }

  private void awaitMore(Stream stream) {
    long offered = stream.counters().offeredDatagrams();
    rig.await("it goes on", () -> stream.counters().offeredDatagrams() > offered + 10);
  }

  private void finishBooks() {
    rig.stop();
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aStreamIsAddedAndRemovedBesideOneThatGoesOn() {
    Stream first = endless(1);
    rig.start();
    awaitMore(first);
    Stream second = endless(20); // more than are registered in a cycle
    assertThat(rig.change(StreamChange.addTargets(second, second.targets()))).isZero();
    assertThat(fake.registeredFile(20)).isEqualTo(second.targets()[19].fd());
    assertThat(second.counters().offeredDatagrams()).as("it has not begun").isZero();
    rig.change(StreamChange.start(second));
    awaitMore(second);
    awaitMore(first);

    rig.change(StreamChange.halt(second));
    rig.change(StreamChange.remove(second, PATIENT_NS));
    assertThat(second.counters().state()).isEqualTo(State.REMOVED);
    long offered = second.counters().offeredDatagrams();
    for (Target target : second.targets()) {
      assertThat(target.counters().datagrams()).as("what was begun was sent").isEqualTo(offered);
    }
    rig.change(StreamChange.dropTargets(second, second.targets(), PATIENT_NS));
    assertThat(fake.registeredFile(1)).isEqualTo(Ring.NO_FILE);
    assertThat(fake.registeredFile(20)).isEqualTo(Ring.NO_FILE);
    awaitMore(first);
    assertThat(second.counters().offeredDatagrams()).isEqualTo(offered);
    finishBooks();
  }

  @Test
  void otherTargetsTakePartFromTheNextRunOn() {
    Stream stream = endless(3);
    fake.completionsPerEnter = 0;
    rig.start();
    rig.await(
        "a run is stuck", () -> fake.inFlight() > 0 && stream.counters().offeredDatagrams() > 0);
    Target[] joining = rig.targets(stream.source(), ADDRESS);
    rig.change(StreamChange.addTargets(stream, joining));
    Target[] old = stream.targets().clone();
    Target[] wanted = {old[2], joining[0], old[0]};
    StreamChange change =
        StreamChange.retarget(stream, wanted, joining, new Target[] {old[1]}, PATIENT_NS);
    rig.proxy().change(change);
    // Whatever had been begun goes to the old targets.
    fake.change(() -> fake.completionsPerEnter = Integer.MAX_VALUE);
    rig.await("the change is done", change::isDone);
    awaitMore(stream);
    rig.change(StreamChange.dropTargets(stream, new Target[] {old[1]}, PATIENT_NS));
    assertThat(fake.registeredFile(old[1].index())).isEqualTo(Ring.NO_FILE);
    rig.stop();
    long offered = stream.counters().offeredDatagrams();
    TargetCounters left = old[1].counters();
    assertThat(left.offered(offered)).isEqualTo(left.datagrams()).isPositive().isLessThan(offered);
    TargetCounters joined = joining[0].counters();
    assertThat(joined.offered(offered)).isEqualTo(offered - left.offered(offered));
    assertThat(old[0].counters().offered(offered)).isEqualTo(offered);
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aStreamWithoutTargetsWaitsAndTakesNothingFromItsSource() {
    Stream waiting = endless(0);
    Stream other = endless(1);
    rig.start();
    awaitMore(other);
    assertThat(waiting.counters().state()).isEqualTo(State.WAITING);
    assertThat(waiting.counters().offeredDatagrams()).isZero();

    Target[] joining = rig.targets(waiting.source(), ADDRESS);
    rig.change(StreamChange.addTargets(waiting, joining));
    rig.change(StreamChange.retarget(waiting, joining, joining, NONE, PATIENT_NS));
    awaitMore(waiting);
    assertThat(waiting.counters().state()).isEqualTo(State.RUNNING);

    rig.change(StreamChange.retarget(waiting, NONE, NONE, joining, PATIENT_NS));
    long offered = waiting.counters().offeredDatagrams();
    assertThat(waiting.counters().state()).isEqualTo(State.WAITING);
    rig.proxy().pause(waiting.index());
    rig.proxy().resume(waiting.index());
    awaitMore(other);
    assertThat(waiting.counters().state()).isEqualTo(State.WAITING);
    assertThat(waiting.counters().offeredDatagrams()).isEqualTo(offered);
    assertThat(joining[0].counters().offered(offered + 7)).isEqualTo(offered);

    rig.change(StreamChange.dropTargets(waiting, joining, PATIENT_NS));
    rig.change(StreamChange.halt(waiting));
    rig.change(StreamChange.remove(waiting, PATIENT_NS));
    finishBooks();
  }

  @Test
  void aStuckRunGivesWayWhenItsTimeIsOver() {
    Stream stream = endless(1);
    fake.stuckFiles.add(0);
    rig.start();
    rig.await("its share is in the kernel", () -> fake.inFlight() >= 4);
    Target stuck = stream.targets()[0];
    Target[] joining = rig.targets(stream.source(), ADDRESS);
    rig.change(StreamChange.addTargets(stream, joining));
    rig.change(StreamChange.retarget(stream, joining, joining, new Target[] {stuck}, 0));
    awaitMore(stream);
    StreamChange drop = StreamChange.dropTargets(stream, new Target[] {stuck}, 0);
    rig.proxy().change(drop);
    awaitMore(stream);
    assertThat(drop.isDone()).as("its requests are in the kernel").isFalse();
    assertThat(fake.registeredFile(stuck.index())).isEqualTo(stuck.fd());
    fake.change(fake.stuckFiles::clear);
    rig.await("the last completion frees the socket", drop::isDone);
    assertThat(fake.registeredFile(stuck.index())).isEqualTo(Ring.NO_FILE);
    rig.stop();
    TargetCounters counters = stuck.counters();
    long offered = stream.counters().offeredDatagrams();
    assertThat(counters.datagrams() + counters.droppedTotal()).isEqualTo(counters.offered(offered));
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aStreamIsRemovedOnlyAfterItsLastCompletion() {
    Stream stream = endless(2);
    fake.completionsPerEnter = 0;
    rig.start();
    rig.await("something is in the kernel", () -> fake.inFlight() > 0);
    rig.change(StreamChange.halt(stream));
    StreamChange remove = StreamChange.remove(stream, 0);
    rig.proxy().change(remove);
    TargetCounters second = stream.targets()[1].counters();
    rig.await(
        "the rest of the run is dropped",
        () -> second.dropped(DropReason.STOPPED.ordinal()) > 0 || fake.inFlight() >= 7);
    assertThat(remove.isDone()).isFalse();
    fake.change(() -> fake.completionsPerEnter = Integer.MAX_VALUE);
    rig.await("it is removed", remove::isDone);
    assertThat(stream.counters().state()).isEqualTo(State.REMOVED);
    assertThat(rig.pool.free()).isEqualTo(rig.pool.slots());
    finishBooks();
  }

  @Test
  void aPauseOutlastsAChangeOfTargets() {
    Stream stream = endless(1);
    rig.start();
    awaitMore(stream);
    rig.proxy().pause(0);
    rig.await("paused", () -> stream.counters().state() == State.PAUSED);
    Target[] old = stream.targets().clone();
    Target[] joining = rig.targets(stream.source(), ADDRESS);
    rig.change(StreamChange.addTargets(stream, joining));
    rig.change(StreamChange.retarget(stream, joining, joining, old, PATIENT_NS));
    rig.change(StreamChange.dropTargets(stream, old, PATIENT_NS));
    assertThat(joining[0].counters().datagrams()).isZero();
    rig.proxy().resume(0);
    rig.await("it goes on", () -> joining[0].counters().datagrams() > 10);
    finishBooks();
  }

  @Test
  void anotherPaceTakesEffectAndTheSourceGoesOn() {
    Stream stream =
        rig.add(rig.generator(100, 2), SenderRig.datagrams(0.0001), ADDRESS); // one in three hours
    rig.start();
    rig.await("the first is sent", () -> stream.counters().offeredDatagrams() == 1);
    rig.change(StreamChange.pace(stream, Pacer.Unit.DATAGRAMS, 1000, 0));
    rig.awaitEnded(stream);
    assertThat(stream.counters().offeredDatagrams()).isEqualTo(2);
    finishBooks();
  }

  @Test
  void whatTheKernelRefusesIsToldAndUndone() {
    Stream first = endless(1);
    rig.start();
    fake.change(
        () -> fake.registerResults.put(KernelAbi.IORING_REGISTER_FILES_UPDATE, -Errno.ENOMEM));
    Stream second = endless(2);
    assertThat(rig.change(StreamChange.addTargets(second, second.targets())))
        .isEqualTo(Errno.ENOMEM);
    fake.change(() -> fake.registerResults.remove(KernelAbi.IORING_REGISTER_FILES_UPDATE));
    rig.change(StreamChange.dropTargets(second, second.targets(), 0));
    assertThat(rig.change(StreamChange.addTargets(second, second.targets()))).isZero();
    rig.change(StreamChange.start(second));
    awaitMore(second);
    awaitMore(first);
    finishBooks();
  }

  @Test
  void nothingIsKnownOfTheTargetThatHadTheNumberBefore() {
    Stream stream = rig.add(rig.generator(100, 1), SenderRig.unlimited(), ADDRESS);
    TargetTable targets = new TargetTable(new Stream[] {stream}, 4);
    ZeroCopyChoice choice = new ZeroCopyChoice(SendMode.adaptive(0), targets, new ZeroCopyTrial(1));
    choice.cycle(0, 0);
    choice.choose(0, 100);
    choice.sampled(0, true);
    choice.choose(0, 100);
    choice.sampled(0, true);
    assertThat(choice.choose(0, 100)).as("the kernel copies").isEqualTo(ZeroCopyChoice.COPY);
    targets.remove(0);
    targets.add(stream.targets()[0], stream);
    choice.added(0);
    assertThat(choice.choose(0, 100)).isEqualTo(KernelAbi.IORING_SEND_ZC_REPORT_USAGE);
  }

  @Test
  void moreChangesThanThereArePlacesAreNotTaken() {
    Stream stream = endless(1);
    fake.completionsPerEnter = 0;
    rig.start();
    rig.await("something is in the kernel", () -> fake.inFlight() > 0);
    rig.change(StreamChange.halt(stream));
    for (int change = 0; change < ChangeCells.COUNT; change++) {
      assertThat(rig.proxy().change(StreamChange.remove(stream, PATIENT_NS))).isTrue();
    }
    StreamChange more = StreamChange.addTargets(stream, NONE);
    assertThat(rig.proxy().change(more)).isFalse();
    assertThat(more.isDone()).isFalse();
  }
}
