package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.RingCounters;
import io.millrace.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Everything that the sender does with a ring it does with sendmmsg, where no ring is needed. */
@Tag("kernel")
final class SendmmsgSenderTest extends SenderThreadTest {
  @Override
  SenderRig makeRig() {
    return SenderRig.withoutRing(128, 2048);
  }

  @Test
  void aBatchIsOneSystemCallForEachTarget() {
    try (SenderRig rig = makeRig();
        Receiver first = Receiver.open();
        Receiver second = Receiver.open()) {
      rig.capacities = Capacities.of(64, 16);
      Stream stream =
          rig.add(
              rig.generator(64, 8000), SenderRig.unlimited(), first.address(), second.address());
      rig.start();
      rig.awaitEnded(stream);
      rig.stop();
      // Runs of 8 to each of two targets.
      assertThat(rig.counters.enters()).isEqualTo(2000);
      assertThat(rig.counters.requests(RingCounters.Op.SENDMMSG)).isEqualTo(16_000);
      assertThat(rig.counters.completions(RingCounters.Mode.SINGLE)).isEqualTo(16_000);
      rig.assertBooksAreClosed();
    }
  }
}
