package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import java.time.Duration;
import java.util.List;

/**
 * A run of a daemon with one ring to the end of its sources.
 *
 * @param waitedPart the part of the time for which its ring waited for a CPU
 */
record WatchedRun(DaemonSummary summary, double waitedPart) {
  /**
   * As {@link PacingScenario} has it: a ring that waited more for its CPU shows nothing of itself.
   */
  static final double MOST_WAITED = 0.02;

  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * Runs it.
   *
   * @param prefix a command to run it under, such as {@code ip netns exec NAME}; may be empty
   */
  static WatchedRun of(Lab lab, String name, List<String> prefix, String configuration) {
    List<String> options = List.of("--exit-when-done");
    try (DaemonProcess daemon = lab.startDaemon(name, prefix, configuration, options)) {
      double waited = 0;
      while (!daemon.process().endsWithin(POLL)) {
        try {
          waited = PacedFlow.waitedSeconds(daemon);
        } catch (HarnessException noRing) {
          // Not yet, or not any more.
        }
      }
      DaemonSummary summary = daemon.finish(Steps.PATIENCE);
      return new WatchedRun(summary, waited / Math.max(summary.longestSeconds(), 1e-9));
    }
  }

  /** Whether times can't be judged, which is said. */
  boolean isBusy(String scenario, String what) {
    boolean busy = waitedPart > MOST_WAITED;
    if (busy) {
      System.err.printf(
          "run: %s: %s are not judged: the ring waited for its CPU for %.0f %% of the time%n",
          scenario, what, 100 * waitedPart);
    }
    return busy;
  }
}
