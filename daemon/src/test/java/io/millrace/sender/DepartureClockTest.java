package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.stream.TxTime;
import org.junit.jupiter.api.Test;

final class DepartureClockTest {
  private static final long NOW = 1_000_000_000;
  private static final long TAI_OFFSET = 1_700_000_037_000_000_000L;
  private static final long DELTA = 2_000_000;
  private static final long LEAST_AHEAD = DELTA + 500_000;

  private final DepartureClock clock = new DepartureClock();

  DepartureClockTest() {
    clock.at(NOW);
    clock.taiOffset(TAI_OFFSET);
  }

  @Test
  void fqGetsTheTimesOfTheSchedule() {
    assertThat(clock.departureNs(TxTime.FQ, NOW + 5)).isEqualTo(NOW + 5);
    assertThat(clock.departureNs(TxTime.FQ, NOW - 5))
        .as("which may have passed")
        .isEqualTo(NOW - 5);
  }

  @Test
  void etfGetsThemOnItsClockAndNoneThatItWouldDrop() {
    TxTime etf = TxTime.etf(DELTA);
    assertThat(clock.departureNs(etf, NOW + LEAST_AHEAD + 1))
        .isEqualTo(NOW + LEAST_AHEAD + 1 + TAI_OFFSET);
    assertThat(clock.departureNs(etf, NOW + LEAST_AHEAD - 1))
        .isEqualTo(NOW + LEAST_AHEAD + TAI_OFFSET);
  }
}
