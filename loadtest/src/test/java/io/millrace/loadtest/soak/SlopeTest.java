package io.millrace.loadtest.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.loadtest.soak.Slope.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SlopeTest {
  @Test
  void pointsOnALineHaveItsSlopeAndNoError() {
    Slope slope = Slope.of(List.of(new Point(0, 5), new Point(1, 8), new Point(3, 14)));
    assertThat(slope.perX()).isCloseTo(3, within(1e-9));
    assertThat(slope.standardError()).isCloseTo(0, within(1e-9));
  }

  @Test
  void noiseIsInTheErrorAndNotInTheSlope() {
    SplittableRandom random = new SplittableRandom(1);
    List<Point> points = new ArrayList<>();
    for (int x = 0; x < 1000; x++) {
      points.add(new Point(x, 1e6 + 0.5 * x + 100 * (random.nextDouble() - 0.5)));
    }
    Slope slope = Slope.of(points);
    assertThat(slope.standardError()).isBetween(1e-4, 1e-2);
    assertThat(slope.perX()).isCloseTo(0.5, within(4 * slope.standardError()));
  }

  @Test
  void onePointHasNoSlope() {
    assertThat(Slope.of(List.of(new Point(1, 1)))).isEqualTo(new Slope(0, 0));
  }
}
