package io.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The sender on a simulated kernel. {@code -Dmillrace.sim.seed=N} runs one seed alone, {@code
 * -Dmillrace.sim.seeds=N} more of them; {@code loadtest/simulate} does both without Maven.
 */
final class SimulationTest {
  private static final long SEEDS = 3000;

  /** On a machine that is busy with other things; enough seeds must have been run by then. */
  private static final long MOST_NS = TimeUnit.SECONDS.toNanos(60);

  @Test
  void everythingHoldsAfterEveryStepWhateverTheKernelDoes() throws InterruptedException {
    Long seed = Long.getLong("millrace.sim.seed");
    if (seed != null) {
      Simulation.run(seed, new Tally());
      return;
    }
    Campaign.Outcome outcome = Campaign.run(1, Long.getLong("millrace.sim.seeds", SEEDS), MOST_NS);
    System.out.println(Report.line(outcome));
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.tally().seeds).isGreaterThan(SEEDS / 3);
    for (Fault fault : Fault.values()) {
      assertThat(outcome.tally().faults[fault.ordinal()]).as("%s", fault).isPositive();
    }
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
