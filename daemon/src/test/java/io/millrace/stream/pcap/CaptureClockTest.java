package io.millrace.stream.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CaptureClockTest {
  private static final long S = 1_000_000_000;
  private static final long BEGIN = 1_700_000_000 * S;

  private final CaptureClock clock = new CaptureClock(60 * S);

  @Test
  void distancesAreThoseOfTheCapture() {
    assertThat(clock.due(BEGIN)).isZero();
    assertThat(clock.due(BEGIN + 7)).isEqualTo(7);
    assertThat(clock.due(BEGIN + 7)).isEqualTo(7);
    assertThat(clock.due(BEGIN + 50 * S)).isEqualTo(50 * S);
    assertThat(clock.due()).isEqualTo(50 * S);
    assertThat(clock.cutGaps()).isZero();
  }

  @Test
  void whatIsOutOfOrderIsDueAtOnceAndMovesNothing() {
    clock.due(BEGIN);
    assertThat(clock.due(BEGIN + 10)).isEqualTo(10);
    assertThat(clock.due(BEGIN + 5)).isEqualTo(10);
    assertThat(clock.due(BEGIN + 9)).isEqualTo(10);
    assertThat(clock.due(BEGIN + 30)).isEqualTo(30);
  }

  @Test
  void aClockThatIsSetLeavesNoGapWhenItGoesBackAndABoundedOneForwards() {
    clock.due(BEGIN);
    assertThat(clock.due(BEGIN - 100 * S)).isZero();
    assertThat(clock.due(BEGIN - 99 * S)).isEqualTo(S);
    assertThat(clock.due(BEGIN)).isEqualTo(61 * S);
    assertThat(clock.cutGaps()).isEqualTo(1);
    assertThat(clock.due(BEGIN - 1000 * S)).isEqualTo(61 * S);
    assertThat(clock.due(Long.MIN_VALUE)).isBetween(61 * S, 121 * S);
    assertThat(clock.due(Long.MAX_VALUE)).isBetween(61 * S, 181 * S);
  }

  @Test
  void passesAreAsFarApartAsDatagramsAreOnAverage() {
    clock.due(BEGIN);
    clock.due(BEGIN + 10);
    clock.due(BEGIN + 100);
    clock.nextPass(-1);
    assertThat(clock.due(BEGIN)).isEqualTo(150);
    assertThat(clock.due(BEGIN + 10)).isEqualTo(160);
    clock.nextPass(-1);
    assertThat(clock.due(BEGIN)).isEqualTo(170);
    clock.nextPass(0);
    assertThat(clock.due(BEGIN)).isEqualTo(170);
    clock.nextPass(5);
    assertThat(clock.due(BEGIN)).isEqualTo(175);
  }

  @Test
  void aPassWithoutDistancesIsOneSecond() {
    for (int pass = 0; pass < 3; pass++) {
      assertThat(clock.due(BEGIN)).isEqualTo(pass * S);
      clock.due(BEGIN);
      clock.nextPass(-1);
    }
  }
}
