package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.GeneratorSourceSettings;
import io.millrace.config.HostPort;
import io.millrace.config.PaceSettings;
import io.millrace.config.SocketSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.stream.TrainLimits;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StreamPlacementTest {
  private static final int SLOT_BYTES = 65_536;
  private static final TrainLimits TRAINS = new TrainLimits(64);
  private static final TargetSettings TARGET =
      new TargetSettings("a", new HostPort("127.0.0.1", 5004), SocketSettings.DEFAULTS, null);

  @Test
  void equalStreamsGoRoundTheRings() {
    assertThat(placeAll(2, 5.0, 5.0, 5.0, 5.0)).containsExactly(0, 1, 0, 1);
  }

  @Test
  void theHeaviestStreamGetsARingOfItsOwn() {
    // By their order alone, the two heavy ones would share a ring.
    assertThat(placeAll(2, 90.0, 10.0, 80.0, 10.0)).containsExactly(0, 1, 1, 0);
  }

  @Test
  void streamsWithoutALimitAreSpreadBeforeAnythingElse() {
    assertThat(placeAll(2, 10.0, StreamLoad.UNLIMITED, 10.0, StreamLoad.UNLIMITED))
        .containsExactly(0, 0, 1, 1);
  }

  @Test
  void everyRingGetsAStream() {
    int[] rings = placeAll(4, 1.0, 1000.0, 1.0, 1.0, 1.0);
    assertThat(rings).containsOnly(0, 1, 2, 3).contains(0, 1, 2, 3);
  }

  @Test
  void aStreamThatComesLaterGoesWhereThereIsLeast() {
    RingLoads loads = new RingLoads(2);
    loads.placeAll(List.of(demand(10), demand(4)));
    assertThat(loads.place(demand(3))).containsExactly(1);
    assertThat(loads.place(demand(4))).containsExactly(1);
    assertThat(loads.place(demand(1))).containsExactly(0);
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

  @Test
  void thePartsOfAStreamGoToRingsOfTheirOwn() {
    RingLoads loads = new RingLoads(3);
    List<int[]> places = loads.placeAll(List.of(new RingLoads.Demand(30, 2), demand(20)));
    assertThat(places.get(0)).containsExactly(0, 1);
    assertThat(places.get(1)).containsExactly(2);
    // Wherever there is least: the ring with 20, then one of those with 30.
    assertThat(loads.place(new RingLoads.Demand(1, 2))).containsExactly(2, 0);
  }

  @Test
  void targetsAreDividedInTurn() {
    assertThat(OpenTarget.divided(List.of("a", "b", "c", "d", "e"), 2))
        .containsExactly(List.of("a", "c", "e"), List.of("b", "d"));
  }

  @Test
  void aStreamHasNoMorePartsThanThereAreRings() {
    StreamSettings stream =
        new StreamSettings(
            "news",
            new GeneratorSourceSettings(1400, GeneratorSourceSettings.ENDLESS, false),
            new PaceSettings.DatagramRate(1000, Duration.ZERO),
            Collections.nCopies(10, TARGET),
            4);
    assertThat(StreamPlacement.demand(stream, 8, TRAINS, SLOT_BYTES))
        .isEqualTo(new RingLoads.Demand(3 * 1000 * 2075.0, 4));
    assertThat(StreamPlacement.demand(stream, 2, TRAINS, SLOT_BYTES))
        .isEqualTo(new RingLoads.Demand(5 * 1000 * 2075.0, 2));
  }

  /** Streams of one part each. */
  private static int[] placeAll(int rings, Double... loads) {
    return new RingLoads(rings)
        .placeAll(Stream.of(loads).map(StreamPlacementTest::demand).toList()).stream()
            .mapToInt(places -> places[0])
            .toArray();
  }

  private static RingLoads.Demand demand(double load) {
    return new RingLoads.Demand(load, 1);
  }

  private static double load(PaceSettings pace, int bytes, int targets) {
    return StreamLoad.of(
        new StreamSettings(
            "news",
            new GeneratorSourceSettings(bytes, GeneratorSourceSettings.ENDLESS, false),
            pace,
            Collections.nCopies(targets, TARGET)),
        targets,
        TRAINS,
        SLOT_BYTES);
  }
}
