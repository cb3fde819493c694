package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.stream.Stream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that the sender does with a ring it does with one that a kernel thread polls. */
@Tag("kernel")
final class PolledSenderTest extends SenderThreadTest {
  /** That thread sleeps after 1 ms to 10 ms without a request, by the kernel's timer tick. */
  private static final int SLOW = 50;

  @Override
  SenderRig makeRig() {
    return SenderRig.polled(128, 2048);
  }

  /** So slow that the kernel's thread has fallen asleep before each datagram. */
  @ParameterizedTest
  @EnumSource(IdleStrategy.class)
  void aThreadThatSleepsIsWokenForEachDatagram(IdleStrategy strategy) {
    try (SenderRig rig = makeRig();
        Receiver receiver = Receiver.open()) {
      rig.idleStrategy = strategy;
      Stream stream = rig.add(rig.generator(64, 25), SenderRig.datagrams(SLOW), receiver.address());
      rig.start();
      assertThat(Receiver.sequences(receiver.receive(25).join()))
          .isEqualTo(LongStream.range(0, 25).boxed().toList());
      rig.awaitEnded(stream);
      rig.stop();
      rig.assertBooksAreClosed();
      rig.assertEverySlotIsFree();
    }
  }

  /** The ring's thread never sleeps, so what calls it made were for the kernel's. */
  @Test
  void aThreadThatIsAwakeNeedsNoCalls() {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      System.out.println(
          "skipped: on the only CPU, the kernel's thread sleeps while the ring runs");
      Assumptions.abort("one CPU");
    }
    try (SenderRig rig = makeRig();
        Receiver receiver = Receiver.open()) {
      rig.idleStrategy = IdleStrategy.BUSY_SPIN;
      Stream stream = rig.add(rig.generator(64, 50_000), SenderRig.unlimited(), receiver.address());
      rig.start();
      rig.awaitEnded(stream);
      rig.stop();
      rig.assertBooksAreClosed();
      assertThat(rig.counters.batches()).isGreaterThan(1000);
      assertThat(rig.counters.enters()).isLessThan(rig.counters.batches() / 10);
      assertThat(rig.counters.requests()).isEqualTo(50_000);
    }
  }
}
