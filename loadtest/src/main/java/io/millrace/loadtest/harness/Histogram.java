package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Counts by the upper bounds of buckets: of a Prometheus histogram, or of the C reference, which
 * has the same buckets. Immutable.
 */
public final class Histogram {
  private static final double NS_PER_SECOND = 1e9;

  /** Counts up to and with each bound; {@link Double#MAX_VALUE} is the bound of the rest. */
  private final NavigableMap<Double, Double> cumulative;

  Histogram(NavigableMap<Double, Double> cumulative) {
    this.cumulative = cumulative;
  }

  /** What {@code reference-sender --paced} reports, in seconds. */
  public static Histogram ofReference(JsonNode report) {
    JsonNode bounds = report.path("lateness_bounds_ns");
    JsonNode counts = report.path("lateness_counts");
    NavigableMap<Double, Double> cumulative = new TreeMap<>();
    double sum = 0;
    for (int bucket = 0; bucket < counts.size(); bucket++) {
      JsonNode bound = bounds.path(bucket);
      sum += counts.path(bucket).doubleValue();
      cumulative.put(bound.isNull() ? Double.MAX_VALUE : bound.doubleValue() / NS_PER_SECOND, sum);
    }
    return new Histogram(cumulative);
  }

  /** Whether the buckets are the same ones: only then do quantiles compare. */
  public boolean hasBoundsOf(Histogram other) {
    return cumulative.keySet().equals(other.cumulative.keySet());
  }

  public double count() {
    return cumulative.isEmpty() ? 0 : cumulative.lastEntry().getValue();
  }

  /** The upper bound of the bucket that a quantile is in; NaN if nothing was counted. */
  public double upperBound(double quantile) {
    double rank = quantile * count();
    for (Map.Entry<Double, Double> bucket : cumulative.entrySet()) {
      if (rank > 0 && bucket.getValue() >= rank) {
        return bucket.getKey();
      }
    }
    return Double.NaN;
  }

  /**
   * A quantile, as Prometheus has it (histogram_quantile): as if what is in a bucket were spread
   * evenly between its bounds; the last bound there is for what is beyond.
   *
   * @param quantile above 0, at most 1
   * @return NaN if nothing was counted
   */
  public double quantile(double quantile) {
    double rank = quantile * count();
    double lower = 0;
    double under = 0;
    for (Map.Entry<Double, Double> bucket : cumulative.entrySet()) {
      double upper = bucket.getKey();
      double upTo = bucket.getValue();
      if (rank > 0 && upTo >= rank) {
        return upper == Double.MAX_VALUE
            ? lower
            : lower + (upper - lower) * (rank - under) / (upTo - under);
      }
      lower = upper;
      under = upTo;
    }
    return Double.NaN;
  }
}
