package io.millrace.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LatenessHistogramTest {
  private final LatenessHistogram histogram = new LatenessHistogram();

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0",
    "1000, 0",
    "1001, 1",
    "2000, 1",
    "2001, 2",
    "4000, 2",
    "4001, 3",
    "1048576000, 20",
    "1048576001, 21",
    "3600000000000, 21",
    "9000000000000000000, 21",
  })
  void everyLatenessFallsIntoTheFirstBucketThatReachesIt(long latenessNs, int bucket) {
    histogram.record(latenessNs);
    for (int other = 0; other < LatenessHistogram.buckets(); other++) {
      assertThat(histogram.count(other)).as("bucket %d", other).isEqualTo(other == bucket ? 1 : 0);
    }
  }

  @Test
  void noDatagramIsOutsideItsBucketsBounds() {
    for (long latenessNs = 1; latenessNs < 2_000_000_000L; latenessNs += latenessNs / 7 + 1) {
      LatenessHistogram one = new LatenessHistogram();
      one.record(latenessNs);
      int bucket = 0;
      while (one.count(bucket) == 0) {
        bucket++;
      }
      double seconds = latenessNs / 1e9;
      assertThat(seconds).isLessThanOrEqualTo(LatenessHistogram.upperBoundSeconds(bucket));
      if (bucket > 0) {
        assertThat(seconds).isGreaterThan(LatenessHistogram.upperBoundSeconds(bucket - 1));
      }
    }
  }

  @Test
  void boundsDoubleFromAMicrosecondToInfinity() {
    assertThat(LatenessHistogram.buckets()).isEqualTo(22);
    assertThat(LatenessHistogram.upperBoundSeconds(0)).isEqualTo(1e-6);
    assertThat(LatenessHistogram.upperBoundSeconds(1)).isEqualTo(2e-6);
    assertThat(LatenessHistogram.upperBoundSeconds(20)).isEqualTo(1.048576);
    assertThat(LatenessHistogram.upperBoundSeconds(21)).isInfinite();
  }

  @Test
  void theSumIsInSeconds() {
    histogram.record(1_500_000_000);
    histogram.record(250_000_000);
    assertThat(histogram.sumSeconds()).isCloseTo(1.75, within(1e-12));
  }
}
