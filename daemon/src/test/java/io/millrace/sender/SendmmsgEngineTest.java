package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.RingCounters;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import io.millrace.stream.TargetSocket;
import io.millrace.uring.CompletionMerger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sendmmsg engine: on real sockets, and on played ones that fill up when a test wants it. */
@Timeout(60)
final class SendmmsgEngineTest {
  private static final int TOO_LONG = 66_000;

  /** What has ended, in order: {@code request:result}. */
  private final List<String> ended = new ArrayList<>();

  private final RingCounters counters = new RingCounters();
  private final MemorySegment payload = Arena.ofAuto().allocate(TOO_LONG);
  private int nextRequest;

  private final CompletionMerger.Sink sink =
      new CompletionMerger.Sink() {
        @Override
        public void onCompletion(
            int request, int result, CompletionMerger.Form form, boolean copied) {
          assertThat(form).isEqualTo(CompletionMerger.Form.SINGLE);
          assertThat(copied).isFalse();
          ended.add(request + ":" + result);
        }

        @Override
        public void onControl(long userData, int result) {
          throw new AssertionError("there is no ring");
        }
      };

  private SendmmsgEngine engine(Kernel kernel, int... sockets) {
    SendmmsgEngine engine =
        SendmmsgEngine.open(kernel, sockets, Capacities.of(64, 16), counters, sink);
    engine.begin();
    return engine;
  }

  private static TargetSocket connected(Kernel kernel, Receiver receiver) {
    return TargetSocket.open(
        kernel,
        receiver.address(),
        new TargetSocket.Options(
            TargetSocket.DEFAULT, TargetSocket.DEFAULT, TargetSocket.DEFAULT, 1 << 20));
  }

  private void send(SendmmsgEngine engine, int target, int bytes) {
    engine.send(target, payload.address(), bytes, nextRequest++);
  }

  private static int flushAndReap(SendmmsgEngine engine) {
    engine.flush();
    return engine.reap();
  }

  @Test
  void aFailureInTheMiddleOfABatchIsThatMessagesAlone() {
    Kernel kernel = NativeKernel.load();
    try (Receiver receiver = Receiver.open();
        TargetSocket socket = connected(kernel, receiver);
        SendmmsgEngine engine = engine(kernel, socket.fd())) {
      var received = receiver.receive(4);
      for (int bytes : new int[] {10, 11, TOO_LONG, 12, 13}) {
        send(engine, 0, bytes);
      }
      assertThat(flushAndReap(engine)).isEqualTo(5);
      assertThat(ended).containsExactly("0:10", "1:11", "2:" + -Errno.EMSGSIZE, "3:12", "4:13");
      assertThat(received.join().stream().map(datagram -> datagram.length))
          .containsExactly(10, 11, 12, 13);
      assertThat(counters.enters()).as("up to it, it, and the others").isEqualTo(3);
      assertThat(engine.reap()).as("nothing ends twice").isZero();
    }
  }

  @Test
  void aRefusalOfAnEarlierDatagramEndsOneLaterMessageOnly() {
    Kernel kernel = NativeKernel.load();
    Receiver receiver = Receiver.open();
    try (TargetSocket socket = connected(kernel, receiver);
        SendmmsgEngine engine = engine(kernel, socket.fd())) {
      receiver.close();
      String refused = ":" + -Errno.ECONNREFUSED;
      while (ended.stream().noneMatch(each -> each.endsWith(refused))) {
        send(engine, 0, 10);
        flushAndReap(engine);
      }
      assertThat(ended).hasSize(nextRequest);
      assertThat(ended.getLast()).isEqualTo((nextRequest - 1) + refused);
      assertThat(ended.subList(0, nextRequest - 1)).allMatch(each -> each.endsWith(":10"));
    }
  }

  @Test
  void aSignalEndsTheSleep() {
    Kernel kernel = NativeKernel.load();
    try (SendmmsgEngine engine = engine(kernel)) {
      for (int round = 0; round < 3; round++) {
        engine.wakeUp().willSleep();
        Thread.ofVirtual().start(() -> engine.wakeUp().signal());
        long beganNs = System.nanoTime();
        engine.await(TimeUnit.SECONDS.toNanos(20));
        engine.wakeUp().awake();
        assertThat(System.nanoTime() - beganNs).isLessThan(TimeUnit.SECONDS.toNanos(10));
      }
    }
  }

  @Test
  void theSleepEndsWithItsTimeAndNotBefore() {
    Kernel kernel = NativeKernel.load();
    try (SendmmsgEngine engine = engine(kernel)) {
      long beganNs = System.nanoTime();
      engine.await(3_000_000);
      assertThat(System.nanoTime() - beganNs).isGreaterThanOrEqualTo(3_000_000);
    }
  }

  @Test
  void aFullSocketHoldsBackNoOtherAndKeepsItsOrder() {
    FullSockets played = new FullSockets();
    played.room.put(FullSockets.FIRST_FD, 2);
    SendmmsgEngine engine = engine(played.kernel(), FullSockets.FIRST_FD, FullSockets.FIRST_FD + 1);
    for (int bytes = 1; bytes <= 4; bytes++) {
      send(engine, 0, bytes);
      send(engine, 1, bytes);
    }
    assertThat(flushAndReap(engine)).isEqualTo(6);
    send(engine, 0, 5); // behind those that wait
    assertThat(flushAndReap(engine)).isZero();
    assertThat(played.taken(0)).containsExactly(1L, 2L);
    assertThat(played.taken(1)).containsExactly(1L, 2L, 3L, 4L);

    played.makeRoom(0, 1);
    assertThat(flushAndReap(engine)).isEqualTo(1);
    played.makeRoom(0, 100);
    assertThat(flushAndReap(engine)).isEqualTo(2);
    assertThat(played.taken(0)).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(ended).hasSize(9).doesNotHaveDuplicates();
    assertThat(played.watched).as("none but the wake-up").hasSize(1);
  }

  @Test
  void aFullSocketIsNotTriedAgainBeforeItHasRoom() {
    FullSockets played = new FullSockets();
    played.room.put(FullSockets.FIRST_FD, 0);
    SendmmsgEngine engine = engine(played.kernel(), FullSockets.FIRST_FD);
    send(engine, 0, 1);
    flushAndReap(engine);
    long calls = counters.enters();
    for (int cycle = 0; cycle < 10; cycle++) {
      flushAndReap(engine);
    }
    assertThat(counters.enters()).isEqualTo(calls);
    engine.await(12_345);
    assertThat(flushAndReap(engine)).isZero();
    assertThat(played.waits).as("it sleeps until there is room").contains(12_345L);
    assertThat(counters.enters()).isEqualTo(calls);
    played.makeRoom(0, 1);
    engine.await(12_345);
    assertThat(flushAndReap(engine)).isEqualTo(1);
  }

  @Test
  void whatGoesOnAfterASleepIsSentOnceAndBeforeWhatIsWrittenThen() {
    FullSockets played = new FullSockets();
    played.room.put(FullSockets.FIRST_FD, 0);
    SendmmsgEngine engine = engine(played.kernel(), FullSockets.FIRST_FD);
    send(engine, 0, 1);
    flushAndReap(engine);
    played.makeRoom(0, 2);
    engine.await(12_345);
    send(engine, 0, 2);
    send(engine, 0, 3);
    assertThat(flushAndReap(engine)).isEqualTo(2);
    played.makeRoom(0, 5);
    engine.await(12_345);
    assertThat(flushAndReap(engine)).isEqualTo(1);
    assertThat(played.taken(0)).containsExactly(1L, 2L, 3L);
    assertThat(ended).containsExactly("0:1", "1:2", "2:3");
  }

  @Test
  void asManyAsMayBeInTheKernelMayWaitForManySockets() {
    int targets = 63;
    FullSockets played = new FullSockets();
    int[] sockets = IntStream.range(FullSockets.FIRST_FD, FullSockets.FIRST_FD + targets).toArray();
    for (int socket : sockets) {
      played.room.put(socket, 0);
    }
    SendmmsgEngine engine = engine(played.kernel(), sockets);
    assertThat(engine.free()).isEqualTo(targets);
    for (int target = 0; target < targets; target++) {
      send(engine, target, 1);
    }
    assertThat(flushAndReap(engine)).isZero();
    assertThat(engine.free()).as("what waits takes no room of the next batch").isEqualTo(targets);
    for (int target = 0; target < targets; target++) {
      played.makeRoom(target, 1);
    }
    assertThat(flushAndReap(engine)).isEqualTo(targets);
    assertThat(played.watched).hasSize(1);
  }
}
