package io.millrace.loadtest.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.loadtest.text.Json;
import org.junit.jupiter.api.Test;

class HistogramTest {
  /** 10 up to 1 us, 80 up to 2 us, 9 up to 4 us, 1 beyond. */
  private static final Histogram HISTOGRAM =
      Histogram.ofReference(
          Json.parse(
              "{\"lateness_bounds_ns\":[1000,2000,4000,null],\"lateness_counts\":[10,80,9,1]}"));

  @Test
  void quantilesAreInterpolatedWithinTheirBucket() {
    assertThat(HISTOGRAM.count()).isEqualTo(100);
    assertThat(HISTOGRAM.quantile(0.05)).isCloseTo(0.5e-6, within(1e-12));
    assertThat(HISTOGRAM.quantile(0.5)).isCloseTo(1.5e-6, within(1e-12));
    assertThat(HISTOGRAM.quantile(0.9)).isCloseTo(2e-6, within(1e-12));
    assertThat(HISTOGRAM.quantile(0.945)).isCloseTo(3e-6, within(1e-12));
  }

  @Test
  void whatIsBeyondTheLastBoundHasThatBound() {
    assertThat(HISTOGRAM.quantile(0.999)).isEqualTo(4e-6);
    assertThat(HISTOGRAM.upperBound(0.999)).isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void anEmptyHistogramHasNoQuantiles() {
    Histogram empty =
        Histogram.ofReference(
            Json.parse("{\"lateness_bounds_ns\":[1000,null],\"lateness_counts\":[0,0]}"));
    assertThat(empty.quantile(0.5)).isNaN();
    assertThat(empty.upperBound(0.5)).isNaN();
  }

  @Test
  void bucketsAreComparedByTheirBounds() {
    Histogram other =
        Histogram.ofReference(
            Json.parse("{\"lateness_bounds_ns\":[1000,null],\"lateness_counts\":[1,1]}"));
    assertThat(HISTOGRAM.hasBoundsOf(HISTOGRAM)).isTrue();
    assertThat(HISTOGRAM.hasBoundsOf(other)).isFalse();
  }

  @Test
  void seriesOfAMetricAreTakenTogether() {
    Metrics metrics =
        Metrics.of(
            """
            late_bucket{stream="a",le="1.0E-6"} 1
            late_bucket{stream="a",le="2.0E-6"} 3
            late_bucket{stream="a",le="+Inf"} 4
            late_bucket{stream="b",le="1.0E-6"} 3
            late_bucket{stream="b",le="2.0E-6"} 5
            late_bucket{stream="b",le="+Inf"} 6
            """);
    Histogram late = metrics.histogram("late");
    assertThat(late.count()).isEqualTo(10);
    assertThat(late.quantile(0.6)).isCloseTo(1.5e-6, within(1e-12));
  }
}
