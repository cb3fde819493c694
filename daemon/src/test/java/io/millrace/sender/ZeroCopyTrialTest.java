package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ZeroCopyTrialTest {
  private static final int LEAST = 16;
  private static final int BYTES = 1400;
  private static final int CLASS = ZeroCopyTrial.sizeClass(BYTES);

  private final ZeroCopyTrial trial = new ZeroCopyTrial(LEAST);
  private long nowNs = 1;

  /** Busy cycles until a trial has ended; zero copy costs so much of what copying costs. */
  private void measure(double ratio) {
    int cycles = 0;
    do {
      long ns = trial.copies(CLASS) ? 100_000 : Math.round(100_000 * ratio);
      nowNs += ns;
      trial.cycle(CLASS, LEAST, (long) LEAST * BYTES, ns, nowNs);
      assertThat(cycles++).as("cycles of a trial").isLessThan(1000);
    } while (trial.isRunning(CLASS));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "1024, 10", "1025, 11", "1400, 11", "2048, 11", "65507, 16"})
  void aClassIsAPowerOfTwo(int bytes, int sizeClass) {
    assertThat(ZeroCopyTrial.sizeClass(bytes))
        .isEqualTo(sizeClass)
        .isLessThan(ZeroCopyTrial.CLASSES);
  }

  @Test
  void whatIsFasterIsTaken() {
    assertThat(trial.copies(CLASS)).as("before anything is known").isFalse();
    measure(1.2);
    assertThat(trial.isMeasured(CLASS)).isTrue();
    assertThat(trial.copies(CLASS)).isTrue();
    assertThat(trial.copies(CLASS + 1)).as("another class is another question").isFalse();
    nowNs += ZeroCopyTrial.LATER_NS;
    measure(0.5);
    assertThat(trial.copies(CLASS)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1.02, 1.2", "0.98, 1.2", "1.02, 0.8", "0.98, 0.8"})
  void aSmallDifferenceChangesNothing(double small, double before) {
    measure(before);
    boolean copies = trial.copies(CLASS);
    nowNs += ZeroCopyTrial.LATER_NS;
    measure(small);
    assertThat(trial.copies(CLASS)).isEqualTo(copies);
  }

  @Test
  void aCloseResultIsLookedAtAgainSooner() {
    measure(1.05);
    nowNs += ZeroCopyTrial.SOON_NS;
    trial.cycle(CLASS, LEAST, 1, 1, nowNs);
    assertThat(trial.isRunning(CLASS)).isTrue();
  }

  @Test
  void aClearResultStandsForLonger() {
    measure(0.5);
    nowNs += ZeroCopyTrial.SOON_NS;
    trial.cycle(CLASS, LEAST, 1, 1, nowNs);
    assertThat(trial.isRunning(CLASS)).isFalse();
    nowNs += ZeroCopyTrial.LATER_NS;
    trial.cycle(CLASS, LEAST, 1, 1, nowNs);
    assertThat(trial.isRunning(CLASS)).isTrue();
  }

  /** The machine stood still in two of five pairs. */
  @Test
  void disturbancesDoNotDecide() {
    int cycle = 0;
    int disturbedUntil = 2 * 2 * (ZeroCopyTrial.CYCLES + 8);
    do {
      boolean disturbed = cycle < disturbedUntil && !trial.copies(CLASS);
      trial.cycle(CLASS, LEAST, 1000, disturbed ? 1_000_000 : 1000, nowNs);
      cycle++;
    } while (trial.isRunning(CLASS));
    assertThat(cycle).isGreaterThan(disturbedUntil);
    assertThat(trial.copies(CLASS)).isFalse();
  }

  @Test
  void cyclesThatShowNothingAreNotMeasured() {
    trial.cycle(CLASS, LEAST - 1, 1, 1, nowNs);
    trial.cycle(ZeroCopyTrial.MIXED, LEAST, 1, 1, nowNs);
    assertThat(trial.isRunning(CLASS)).isFalse();
    measure(1.2);
  }
}
