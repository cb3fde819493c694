package io.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The sender on a simulated kernel. {@code -Dmillrace.sim.seed=N} runs one seed alone, {@code
 * -Dmillrace.sim.seeds=N} more of them; {@code loadtest/simulate} does both without Maven.
 */
final class SimulationTest {
  /** On every machine, however busy it is, so that what is proved doesn't depend on that. */
  private static final long SEEDS = 2000;

  /** A few seconds are enough where nobody else computes; longer than this, something hangs. */
  private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(10);

  /** Where there is time left of this, more seeds are run. */
  private static final long MINUTE_NS = TimeUnit.SECONDS.toNanos(60);

  private static final long MORE_SEEDS = 1000;

  @Test
  void everythingHoldsAfterEveryStepWhateverTheKernelDoes() throws InterruptedException {
    Long seed = Long.getLong("millrace.sim.seed");
    if (seed != null) {
      Simulation.run(seed, new Tally());
      return;
    }
    long beganNs = System.nanoTime();
    long seeds = Long.getLong("millrace.sim.seeds", SEEDS);
    Campaign.Outcome outcome = run(1, seeds, LONGEST_NS * Math.ceilDiv(seeds, SEEDS));
    assertThat(outcome.tally().seeds)
        .as("seeds that were run in %.0f s, of those that have to be", outcome.seconds())
        .isEqualTo(seeds);
    for (Fault fault : Fault.values()) {
      assertThat(outcome.tally().faults[fault.ordinal()]).as("%s", fault).isPositive();
    }
    for (SeedMode mode : SeedMode.values()) {
      assertThat(outcome.tally().seedsByMode[mode.ordinal()]).as("%s", mode).isPositive();
    }
    run(1 + seeds, MORE_SEEDS, MINUTE_NS - (System.nanoTime() - beganNs));
  }

  private static Campaign.Outcome run(long first, long seeds, long mostNs)
      throws InterruptedException {
    Campaign.Outcome outcome = Campaign.run(first, seeds, mostNs);
    System.out.println(Report.line(outcome));
    assertThat(outcome.failures()).isEmpty();
    return outcome;
  }

  @Test
  void aSeedIsTheSameRunEachTime() {
    for (long seed = 1; seed <= 20; seed++) {
      assertThat(figures(seed)).as("seed %d", seed).isEqualTo(figures(seed));
    }
    assertThat(figures(1)).isNotEqualTo(figures(2));
  }

  private static String figures(long seed) {
    Tally tally = new Tally();
    Simulation.run(seed, tally);
    return Report.figures(tally).toString();
  }
}
