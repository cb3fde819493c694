package io.millrace.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * From counters to rates: what happened between two answers to {@code GET live}. What was removed
 * in between took its counts along; no rate is below 0. Immutable.
 */
final class LiveRates {
  private final JsonView before;
  private final JsonView now;
  private final double seconds;

  /**
   * Of a stream, or of all.
   *
   * @param drops per second, by reason, of those that there are
   * @param middle how late the middle datagram was at most, in seconds; NaN: there was none
   * @param late the same of the 99th of a hundred
   */
  record Flow(
      double datagrams,
      double bits,
      SequencedMap<String, Double> drops,
      double middle,
      double late) {
    double dropped() {
      return drops.values().stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  /**
   * Of a ring, per second.
   *
   * @param busy share of a CPU's time
   * @param cqesPerRequest NaN: no request has ended
   */
  record Ring(double requests, double enters, double cqesPerRequest, double busy) {}

  LiveRates(JsonView before, JsonView now) {
    this.before = before;
    this.now = now;
    seconds = now.number("seconds") - before.number("seconds");
  }

  /** Whether both are of the same daemon, and some time lies between them. */
  boolean areKnown() {
    return seconds > 0;
  }

  Flow all() {
    return flow(before.get("total"), now.get("total"));
  }

  /** Of a stream of the later answer; nothing, if it wasn't there before. */
  Flow stream(JsonView stream) {
    String name = stream.text("stream");
    JsonView old =
        before.get("streams").elements().stream()
            .filter(each -> each.text("stream").equals(name))
            .findFirst()
            .orElse(stream);
    return flow(old, stream);
  }

  Ring ring(JsonView ring) {
    String index = ring.text("ring");
    JsonView old =
        before.get("rings").elements().stream()
            .filter(each -> each.text("ring").equals(index))
            .findFirst()
            .orElse(ring);
    double completions = gained(old, ring, "completions");
    return new Ring(
        gained(old, ring, "requests") / seconds,
        gained(old, ring, "enters") / seconds,
        completions > 0 ? gained(old, ring, "cqes") / completions : Double.NaN,
        (gained(old, ring, "user_seconds") + gained(old, ring, "system_seconds")) / seconds);
  }

  private static double gained(JsonView old, JsonView recent, String field) {
    return Math.max(0, recent.number(field) - old.number(field));
  }

  private Flow flow(JsonView old, JsonView recent) {
    SequencedMap<String, Double> drops = new TreeMap<>();
    JsonView dropped = recent.get("dropped");
    for (String reason : dropped.fields().keySet()) {
      double gained = gained(old.get("dropped"), dropped, reason);
      if (gained > 0) {
        drops.put(reason, gained / seconds);
      }
    }
    List<Double> lateness = new ArrayList<>();
    List<JsonView> counts = recent.get("lateness").elements();
    List<JsonView> earlier = old.get("lateness").elements();
    for (int bucket = 0; bucket < counts.size(); bucket++) {
      double less = bucket < earlier.size() ? earlier.get(bucket).number() : 0;
      lateness.add(Math.max(0, counts.get(bucket).number() - less));
    }
    List<Double> bounds =
        now.get("lateness_bounds").elements().stream().map(JsonView::number).toList();
    return new Flow(
        gained(old, recent, "datagrams") / seconds,
        gained(old, recent, "bytes") * 8 / seconds,
        drops,
        quantile(lateness, bounds, 0.5),
        quantile(lateness, bounds, 0.99));
  }

  /**
   * The upper bound in seconds of the bucket that it is in.
   *
   * @param bounds of all buckets but the last, which has none
   */
  static double quantile(List<Double> counts, List<Double> bounds, double share) {
    double all = counts.stream().mapToDouble(Double::doubleValue).sum();
    double seen = 0;
    for (int bucket = 0; bucket < counts.size() && all > 0; bucket++) {
      seen += counts.get(bucket);
      if (seen >= share * all) {
        return bucket < bounds.size() ? bounds.get(bucket) : Double.POSITIVE_INFINITY;
      }
    }
    return Double.NaN;
  }

  /** Drops per second by reason: "948 circuit-open, 3 slow"; nothing: empty. */
  static String reasons(Map<String, Double> drops) {
    List<String> parts = new ArrayList<>();
    drops.forEach((reason, rate) -> parts.add(CtlTables.grouped(rate) + " " + reason));
    return String.join(", ", parts);
  }
}
