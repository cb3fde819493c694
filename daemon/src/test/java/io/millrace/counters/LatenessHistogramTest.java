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
    "1250, 1",
    "1251, 2",
    "1750, 3",
    "2000, 4",
    "2001, 5",
    "2500, 5",
    "2501, 6",
    "5000, 9",
    "5001, 10",
    "10000, 13",
    "1024000, 40",
    "1024001, 41",
    "2048000, 41",
    "2048001, 42",
    "1048576000, 50",
    "1048576001, 51",
    "3600000000000, 51",
    "9223372036854775807, 51",
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
  void boundsAreQuartersOfOctavesToAMillisecondAndOctavesAbove() {
    assertThat(LatenessHistogram.buckets()).isEqualTo(52);
    for (int bucket = 1; bucket < 51; bucket++) {
      double ratio =
          LatenessHistogram.upperBoundSeconds(bucket)
              / LatenessHistogram.upperBoundSeconds(bucket - 1);
      assertThat(ratio).as("bucket %d", bucket).isGreaterThan(1);
      assertThat(ratio).as("bucket %d", bucket).isLessThan(bucket <= 40 ? 1.2501 : 2.0001);
    }
    assertThat(LatenessHistogram.upperBoundSeconds(0)).isEqualTo(1e-6);
    assertThat(LatenessHistogram.upperBoundSeconds(1)).isEqualTo(1.25e-6);
    assertThat(LatenessHistogram.upperBoundSeconds(4)).isEqualTo(2e-6);
    assertThat(LatenessHistogram.upperBoundSeconds(9)).isEqualTo(5e-6);
    assertThat(LatenessHistogram.upperBoundSeconds(40)).isEqualTo(1.024e-3);
    assertThat(LatenessHistogram.upperBoundSeconds(41)).isEqualTo(2.048e-3);
    assertThat(LatenessHistogram.upperBoundSeconds(50)).isEqualTo(1.048576);
    assertThat(LatenessHistogram.upperBoundSeconds(51)).isInfinite();
  }

  @Test
  void theSumIsInSeconds() {
    histogram.record(1_500_000_000);
    histogram.record(250_000_000);
    assertThat(histogram.sumSeconds()).isCloseTo(1.75, within(1e-12));
  }
}
