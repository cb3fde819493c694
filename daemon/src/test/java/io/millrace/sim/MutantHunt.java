package io.millrace.sim;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Looks for the seed that finds a planted bug. */
final class MutantHunt {
  /** Seeds within which every planted bug is to be found. */
  static final int MOST_SEEDS = 300;

  /**
   * A planted bug and what became of it.
   *
   * @param seeds how many it took; 0: it was not found
   * @param by what was seen
   */
  record Find(Mutant mutant, int seeds, String by) {}

  private MutantHunt() {}

  /** With seeds from 1 on. */
  static Find hunt(Mutant mutant) {
    LongFunction<@Nullable String> runner = new MutantLoader(mutant).runner();
    for (int seed = 1; seed <= MOST_SEEDS; seed++) {
      String found = runner.apply(seed);
      if (found != null) {
        return new Find(mutant, seed, found);
      }
    }
    return new Find(mutant, 0, "nothing");
  }
}
