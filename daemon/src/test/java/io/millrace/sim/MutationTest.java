package io.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the simulation would find the bugs it is there for. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class MutationTest {
  @ParameterizedTest
  @EnumSource(Mutant.class)
  void everyPlantedBugIsFound(Mutant mutant) {
    MutantHunt.Find find = MutantHunt.hunt(mutant);
    System.out.println("mutant " + mutant + ": " + find.seeds() + " seeds: " + find.by());
    assertThat(find.seeds()).as("seeds until it was found").isPositive();
  }

  /** So that what is found above is the bug, and not the class loader. */
  @Test
  void withoutABugNothingIsFound() {
    LongFunction<@Nullable String> runner = new MutantLoader(null).runner();
    for (long seed = 1; seed <= 30; seed++) {
      assertThat(runner.apply(seed)).as("seed %d", seed).isNull();
    }
  }
}
