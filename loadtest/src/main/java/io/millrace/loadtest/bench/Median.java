package io.millrace.loadtest.bench;

import java.util.List;

/** The middle of a few figures. Any thread. */
public final class Median {
  private Median() {}

  /** The median; NaN of nothing. */
  public static double of(List<Double> values) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
