package io.millrace.loadtest.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What threads that had to wait for their CPU couldn't show, in one run of a scenario. Owned by one
 * thread.
 */
final class CpuWaits {
  /**
   * The part of the time that a ring may have to wait for its CPU on a machine that is not busy.
   */
  static final double MOST = 0.02;

  private final String scenario;
  private final List<String> reasons = new ArrayList<>();

  CpuWaits(String scenario) {
    this.scenario = scenario;
  }

  /**
   * A ring that had to wait for its CPU can't show what it does when it has it: a miss doesn't
   * count against it then, and is reported.
   */
  boolean excuse(String what, double waited, double seconds) {
    return excuse(what, waited, seconds, MOST);
  }

  /**
   * The same.
   *
   * @param most the part of the time that it may have waited and is judged all the same
   */
  boolean excuse(String what, double waited, double seconds, double most) {
    boolean busy = waited > most * seconds;
    if (busy) {
      String reason =
          String.format(
              Locale.ROOT,
              "%s is not judged: the ring waited for its CPU for %.2f of %.0f s",
              what,
              waited,
              seconds);
      System.err.println("run: " + scenario + ": " + reason);
      reasons.add(reason);
    }
    return busy;
  }

  /** What was excused, and why. */
  List<String> reasons() {
    return List.copyOf(reasons);
  }
}
