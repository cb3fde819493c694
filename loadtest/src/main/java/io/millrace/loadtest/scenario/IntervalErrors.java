package io.millrace.loadtest.scenario;

import io.millrace.loadtest.receiver.Arrival;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * By how much the times from one datagram to the next differ from those that they should have.
 *
 * @param sortedNs of each interval, the least one first
 * @param driftNs by how much the first and the last were nearer or further from each other
 */
record IntervalErrors(List<Double> sortedNs, double driftNs) {
  /**
   * Compares arrivals with times.
   *
   * @param wantedNs when they should have come, but for a constant; as many as {@code arrivals},
   *     and at least two
   */
  static IntervalErrors of(List<Double> wantedNs, List<Arrival> arrivals) {
    List<Double> errors = new ArrayList<>();
    for (int index = 1; index < arrivals.size(); index++) {
      double arrived = arrivals.get(index).ns() - arrivals.get(index - 1).ns();
      errors.add(Math.abs(arrived - (wantedNs.get(index) - wantedNs.get(index - 1))));
    }
    Collections.sort(errors);
    double took = arrivals.getLast().ns() - arrivals.getFirst().ns();
    return new IntervalErrors(
        List.copyOf(errors), Math.abs(took - (wantedNs.getLast() - wantedNs.getFirst())));
  }

  double p50Ns() {
    return sortedNs.get(sortedNs.size() / 2);
  }

  double p99Ns() {
    return sortedNs.get((int) Math.ceil(0.99 * sortedNs.size()) - 1);
  }

  double maxNs() {
    return sortedNs.getLast();
  }

  /** Puts them among an outcome's figures, each with a name that begins so. */
  void addTo(Outcome outcome, String name) {
    outcome
        .figure(name + "_interval_error_p50_seconds", p50Ns() / 1e9)
        .figure(name + "_interval_error_p99_seconds", p99Ns() / 1e9)
        .figure(name + "_interval_error_max_seconds", maxNs() / 1e9)
        .figure(name + "_drift_seconds", driftNs / 1e9);
  }

  @Override
  public String toString() {
    return "p50 %.1f us, p99 %.1f us, max %.1f us; %.1f us over all"
        .formatted(p50Ns() / 1e3, p99Ns() / 1e3, maxNs() / 1e3, driftNs / 1e3);
  }
}
