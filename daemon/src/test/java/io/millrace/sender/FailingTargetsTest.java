package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.CircuitState;
import io.millrace.counters.DropReason;
import io.millrace.counters.TargetCounters;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Stream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Receivers that go away and come back, over loopback, on the kernel underneath. */
@Tag("kernel")
final class FailingTargetsTest {
  private static final int RATE = 5000;

  private final Receiver alive = Receiver.open();
  private SenderRig rig = SenderRig.withoutRing(1, 2048); // replaced below

  private void rig(boolean ring) {
    rig.close();
    rig = ring ? SenderRig.onRealKernel(256, 2048) : SenderRig.withoutRing(256, 2048);
  }

  @AfterEach
  void close() {
    rig.close();
    alive.close();
  }

  private static InetSocketAddress closedPort() {
    try (Receiver nobody = Receiver.open()) {
      return nobody.address();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReceiverThatComesBackIsSentToWithinTheLongestBackoff(boolean ring) {
    rig(ring);
    InetSocketAddress address = closedPort();
    Stream stream =
        rig.add(
            rig.generator(100, GeneratorSource.ENDLESS),
            SenderRig.datagrams(RATE),
            address,
            alive.address());
    TargetCounters dead = stream.targets()[0].counters();
    rig.start();
    // The sixth is open for the longest time.
    rig.await("it is given up", () -> dead.circuitOpenings() >= 6);
    long sentWhileDead = dead.datagrams();
    assertThat(sentWhileDead)
        .as("a dead target is sent little")
        .isLessThan(stream.counters().offeredDatagrams() / 4);
    try (Receiver back = Receiver.open(address)) {
      long backNs = System.nanoTime();
      CompletableFuture<List<byte[]>> received = back.receive(1000);
      assertThat(received.join()).hasSize(1000);
      assertThat(System.nanoTime() - backNs)
          .as("backoff, 1000 datagrams and a slow machine")
          .isLessThan(CircuitBreakers.LONGEST_OPEN_NS + TimeUnit.MILLISECONDS.toNanos(1400));
      assertThat(dead.circuit()).isEqualTo(CircuitState.CLOSED);
      long openings = dead.circuitOpenings();
      long dropped = dead.droppedTotal();
      assertThat(back.receive(1000).join()).hasSize(1000);
      assertThat(dead.circuitOpenings()).isEqualTo(openings);
      assertThat(dead.droppedTotal()).isEqualTo(dropped);
    }
    rig.stop();
    TargetCounters other = stream.targets()[1].counters();
    assertThat(other.droppedTotal()).isEqualTo(other.dropped(DropReason.STOPPED.ordinal()));
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
  }

  /** The datagram that meets the error of the one before it arrives all the same. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPendingErrorIsNotChargedToTheNextDatagram(boolean ring) {
    rig(ring);
    InetSocketAddress address = closedPort();
    int count = 50;
    Stream stream = rig.add(rig.generator(100, count), SenderRig.datagrams(20), address);
    TargetCounters target = stream.targets()[0].counters();
    rig.start();
    rig.await("the first is sent, into the void", () -> target.datagrams() == 1);
    try (Receiver back = Receiver.open(address)) {
      assertThat(Receiver.sequences(back.receive(count - 1).join()))
          .isEqualTo(LongStream.range(1, count).boxed().toList());
    }
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(target.resent()).isEqualTo(1);
    assertThat(target.droppedTotal()).isZero();
    assertThat(target.datagrams()).isEqualTo(count);
  }
}
