package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.GeneratorSourceSettings;
import io.millrace.config.HostPort;
import io.millrace.config.PaceSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.stream.TrainLimits;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamPlacementTest {
  private static final int SLOT_BYTES = 65_536;
  private static final TrainLimits TRAINS = new TrainLimits(64);

  @Test
  void equalStreamsGoRoundTheRings() {
    assertThat(new RingLoads(2).placeAll(List.of(5.0, 5.0, 5.0, 5.0))).containsExactly(0, 1, 0, 1);
  }

  @Test
  void theHeaviestStreamGetsARingOfItsOwn() {
    // By their order alone, the two heavy ones would share a ring.
    assertThat(new RingLoads(2).placeAll(List.of(90.0, 10.0, 80.0, 10.0)))
        .containsExactly(0, 1, 1, 0);
  }

  @Test
  void streamsWithoutALimitAreSpreadBeforeAnythingElse() {
    assertThat(
            new RingLoads(2)
                .placeAll(List.of(10.0, StreamLoad.UNLIMITED, 10.0, StreamLoad.UNLIMITED)))
        .containsExactly(0, 0, 1, 1);
  }

  @Test
  void everyRingGetsAStream() {
    int[] rings = new RingLoads(4).placeAll(List.of(1.0, 1000.0, 1.0, 1.0, 1.0));
    assertThat(rings).containsOnly(0, 1, 2, 3).contains(0, 1, 2, 3);
  }

  @Test
  void aStreamThatComesLaterGoesWhereThereIsLeast() {
    RingLoads loads = new RingLoads(2);
    loads.placeAll(List.of(10.0, 4.0));
    assertThat(loads.place(3)).isEqualTo(1);
    assertThat(loads.place(4)).isEqualTo(1);
    assertThat(loads.place(1)).isZero();
  }

  @Test
  void loadGrowsWithRateAndTargetsAndShrinksWithTrains() {
    double single = load(new PaceSettings.DatagramRate(100_000, Duration.ZERO), 1400, 1);
    assertThat(single).isEqualTo(100_000 * (2000 / 46.0 + 75));
    assertThat(load(new PaceSettings.DatagramRate(100_000, Duration.ZERO), 1400, 10))
        .isEqualTo(10 * single);
    // 1,000 a second: nothing is due together.
    assertThat(load(new PaceSettings.DatagramRate(1000, Duration.ZERO), 1400, 1))
        .isEqualTo(1000 * 2075.0);
    // The same by bits.
    assertThat(load(new PaceSettings.BitRate(1000 * 1400 * 8, Duration.ZERO), 1400, 1))
        .isEqualTo(1000 * 2075.0);
  }

  @Test
  void withoutALimitTheNumberOfTargetsDoesNotMatter() {
    assertThat(load(new PaceSettings.Unlimited(), 1400, 1))
        .isEqualTo(load(new PaceSettings.Unlimited(), 64, 100));
  }

  private static double load(PaceSettings pace, int bytes, int targets) {
    TargetSettings target =
        new TargetSettings(
            "a",
            new HostPort("127.0.0.1", 5004),
            TargetSettings.KERNEL_DEFAULT,
            null,
            TargetSettings.KERNEL_DEFAULT);
    return StreamLoad.of(
        new StreamSettings(
            "news",
            new GeneratorSourceSettings(bytes, GeneratorSourceSettings.ENDLESS, false),
            pace,
            Collections.nCopies(targets, target)),
        TRAINS,
        SLOT_BYTES);
  }
}
