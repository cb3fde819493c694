package io.millrace.loadtest.soak;

import java.time.Duration;

/**
 * How long, and which steps.
 *
 * @param length of the part in which things are done to the daemon
 * @param verbose whether each step is printed
 */
public record SoakSettings(Duration length, long seed, boolean verbose) {
  /** Less than that is too short for a slope: code is compiled still, and pools fill. */
  private static final Duration SHORTEST_FOR_SLOPE = Duration.ofMinutes(5);

  boolean judgesSlope() {
    return length.compareTo(SHORTEST_FOR_SLOPE) >= 0;
  }
}
