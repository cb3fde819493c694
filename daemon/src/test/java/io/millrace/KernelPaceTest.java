package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.GeneratorSourceSettings;
import io.millrace.config.KernelPacing;
import io.millrace.config.PaceSettings;
import io.millrace.config.StreamSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class KernelPaceTest {
  private static final Duration BURST = Duration.ofMillis(5);

  private static StreamSettings stream(int datagramBytes, PaceSettings pace) {
    return new StreamSettings(
        "news", new GeneratorSourceSettings(datagramBytes, 1, false), pace, List.of());
  }

  @Test
  void rateIsThatOfTheFramesAndALittleMore() {
    StreamSettings byDatagrams =
        stream(958, new PaceSettings.DatagramRate(1000, BURST, KernelPacing.FQ));
    StreamSettings byBits =
        stream(958, new PaceSettings.BitRate(958 * 8 * 1000, BURST, KernelPacing.FQ));
    for (StreamSettings stream : List.of(byDatagrams, byBits)) {
      assertThat(KernelPace.isOf(stream)).isTrue();
      assertThat(KernelPace.bytesPerSecond(stream, false)).isEqualTo(1_000_000 * 33 / 32);
      assertThat(KernelPace.bytesPerSecond(stream, true)).isEqualTo(1_020_000 * 33 / 32);
    }
  }

  @Test
  void rateIsNeverTheOneThatMeansNoLimit() {
    PaceSettings fast = new PaceSettings.BitRate(35_000_000_000L, BURST, KernelPacing.FQ);
    assertThat(KernelPace.bytesPerSecond(stream(65_507, fast), false)).isEqualTo(0xFFFF_FFFEL);
    PaceSettings slow = new PaceSettings.DatagramRate(0.0001, BURST, KernelPacing.FQ);
    assertThat(KernelPace.bytesPerSecond(stream(1, slow), false)).isEqualTo(1);
  }

  @Test
  void aheadIsTheBurstAndNoMoreThanAFlowOfFqHolds() {
    PaceSettings slow = new PaceSettings.DatagramRate(1000, BURST, KernelPacing.FQ);
    assertThat(KernelPace.aheadNs(stream(100, slow))).isEqualTo(BURST.toNanos());
    PaceSettings fast = new PaceSettings.DatagramRate(1_000_000, BURST, KernelPacing.FQ);
    assertThat(KernelPace.aheadNs(stream(100, fast))).isEqualTo(TimeUnit.MICROSECONDS.toNanos(31));
  }

  @Test
  void datagramsWithTimesComeHalfOfWhatIsAheadBeforeThem() {
    StreamSettings stream =
        stream(100, new PaceSettings.DatagramRate(1000, BURST, KernelPacing.TXTIME));
    assertThat(KernelPace.isOf(stream)).isTrue();
    assertThat(KernelPace.isTimed(stream)).isTrue();
    assertThat(KernelPace.bytesPerSecond(stream, false)).as("no rate beside the times").isZero();
    assertThat(KernelPace.aheadNs(stream)).isEqualTo(BURST.toNanos());
    assertThat(KernelPace.leadNs(stream)).isEqualTo(BURST.toNanos() / 2);
    StreamSettings byRate =
        stream(100, new PaceSettings.DatagramRate(1000, BURST, KernelPacing.FQ));
    assertThat(KernelPace.isTimed(byRate)).isFalse();
    assertThat(KernelPace.leadNs(byRate)).isZero();
  }

  @Test
  void otherStreamsAskNothing() {
    for (PaceSettings pace :
        List.of(new PaceSettings.Unlimited(), new PaceSettings.DatagramRate(1000, BURST))) {
      StreamSettings stream = stream(100, pace);
      assertThat(KernelPace.isOf(stream)).isFalse();
      assertThat(KernelPace.bytesPerSecond(stream, false)).isZero();
      assertThat(KernelPace.aheadNs(stream)).isZero();
    }
  }
}
