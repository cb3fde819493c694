package io.millrace.sim;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Runs a seed and says what broke; for callers that have their classes from another loader. */
public final class SeedRunner implements LongFunction<@Nullable String> {
  @Override
  public @Nullable String apply(long seed) {
    try {
      Simulation.run(seed, new Tally());
      return null;
    } catch (AssertionError broken) {
      Throwable cause = broken.getCause();
      return String.valueOf((cause == null ? broken : cause).getMessage());
    }
  }
}
