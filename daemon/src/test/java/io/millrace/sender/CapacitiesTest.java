package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CapacitiesTest {
  @ParameterizedTest
  @CsvSource({
    // entries, batch -> sqEntries, batch, requests, cqEntries
    "1,     1,    2,     1,    1,     4",
    "8,     8,    8,     8,    7,     16",
    "1000,  32,   1024,  32,   1023,  2048",
    "1024,  32,   1024,  32,   1023,  2048",
    "1025,  32,   2048,  32,   2047,  4096",
    "4096,  4096, 4096,  4096, 4095,  8192",
    "8192,  32,   8192,  32,   8191,  16384",
    "32768, 1024, 32768, 1024, 32767, 65536",
    "4,     100,  4,     4,    3,     8",
  })
  void everySizeFollowsFromTheConfiguredOnes(
      int entries, int batch, int sqEntries, int capped, int requests, int cqEntries) {
    Capacities capacities = Capacities.of(entries, batch);
    assertThat(capacities.sqEntries()).isEqualTo(sqEntries);
    assertThat(capacities.batch()).isEqualTo(capped);
    assertThat(capacities.requests()).isEqualTo(requests);
    assertThat(capacities.cqEntries()).isEqualTo(cqEntries);
  }

  /**
   * IORING_MAX_ENTRIES is 32,768, IORING_MAX_CQ_ENTRIES twice that; a CQ is no smaller than its SQ.
   */
  @Test
  void noSizeIsBeyondTheKernelsMaximaAndTheCqHoldsWhateverIsOutstanding() {
    for (int entries = 1; entries <= 32_768; entries++) {
      Capacities capacities = Capacities.of(entries, 32);
      assertThat(capacities.sqEntries()).isBetween(entries, 32_768);
      assertThat(capacities.cqEntries()).isBetween(capacities.sqEntries(), 65_536);
      assertThat(Integer.bitCount(capacities.sqEntries())).isEqualTo(1);
      assertThat(Integer.bitCount(capacities.cqEntries())).isEqualTo(1);
      // A result and a notification of each request, and the wake-up.
      assertThat(2 * capacities.requests() + 1).isLessThanOrEqualTo(capacities.cqEntries());
    }
  }
}
