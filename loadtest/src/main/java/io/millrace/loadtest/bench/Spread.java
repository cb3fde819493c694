package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import java.util.List;

/** What a figure was over the rounds. Not numbers where there was no round. */
record Spread(double median, double least, double most) {
  static Spread of(List<Double> values) {
    return new Spread(
        Median.of(values),
        values.stream().mapToDouble(value -> value).min().orElse(Double.NaN),
        values.stream().mapToDouble(value -> value).max().orElse(Double.NaN));
  }

  boolean isKnown() {
    return !Double.isNaN(median);
  }

  ObjectNode json(int digits) {
    ObjectNode json = Json.object();
    json.put("median", Json.round(median, digits));
    json.put("least", Json.round(least, digits));
    json.put("most", Json.round(most, digits));
    return json;
  }

  /** Such as {@code 0.98 (0.95-1.02)}. */
  String text() {
    return isKnown() ? "%.2f (%.2f-%.2f)".formatted(median, least, most) : "-";
  }
}
