package io.millrace.cli;

import java.util.Locale;
import java.util.stream.Collectors;

/** The daemon's answers as tables. */
final class CtlTables {
  private CtlTables() {}

  /** Of {@code GET status}: the daemon, its rings, its streams. */
  static String status(JsonView status) {
    return "millrace %s (%s) on Linux %s, engine %s, combined completions %s\n%s\n\n%s\n\n%s"
        .formatted(
            status.text("version"),
            status.text("revision"),
            status.text("kernel"),
            status.text("engine"),
            status.text("combined_cqe"),
            status.text("engine_reason"),
            rings(status.get("rings")),
            streamSums(status.get("streams")));
  }

  private static TextTable rings(JsonView rings) {
    TextTable table =
        new TextTable(
            "RING",
            "CPU",
            "REQUESTS",
            "IN FLIGHT",
            "CQES",
            "ENTERS",
            "FREE SLOTS",
            "SLOTS",
            "EXHAUSTED");
    for (JsonView ring : rings.elements()) {
      table.row(
          ring.text("ring"),
          ring.text("cpu"),
          count(ring, "requests"),
          count(ring, "in_flight"),
          count(ring, "cqes"),
          count(ring, "enters"),
          count(ring, "pool_slots_free"),
          count(ring, "pool_slots"),
          count(ring, "pool_exhausted"));
    }
    return table;
  }

  private static TextTable streamSums(JsonView streams) {
    TextTable table =
        new TextTable("STREAM", "STATE", "RING", "SOURCE", "DATAGRAMS", "OF", "TARGETS", "DROPPED");
    for (JsonView stream : streams.elements()) {
      double dropped =
          stream.get("targets").elements().stream().mapToDouble(CtlTables::dropped).sum();
      table.row(
          stream.text("stream"),
          stream.text("state"),
          stream.text("ring"),
          stream.text("source"),
          count(stream, "datagrams"),
          stream.get("datagrams_total").text().isEmpty() ? "" : count(stream, "datagrams_total"),
          Integer.toString(stream.get("targets").elements().size()),
          grouped(dropped));
    }
    return table;
  }

  /** Of {@code GET streams}: a row for each target of each stream. */
  static String streams(JsonView streams) {
    TextTable table =
        new TextTable(
            "STREAM", "STATE", "TARGET", "DATAGRAMS", "BYTES", "DATAGRAMS/S", "MBIT/S", "DROPPED");
    for (JsonView stream : streams.elements()) {
      for (JsonView target : stream.get("targets").elements()) {
        table.row(
            stream.text("stream"),
            stream.text("state"),
            target.text("target"),
            count(target, "datagrams"),
            count(target, "bytes"),
            count(target, "datagrams_per_second"),
            String.format(Locale.ROOT, "%,.1f", target.number("bits_per_second") / 1e6),
            drops(target));
      }
    }
    return table.toString();
  }

  private static double dropped(JsonView target) {
    JsonView reasons = target.get("dropped");
    return reasons.fields().keySet().stream().mapToDouble(reasons::number).sum();
  }

  /** "0", or "3 ENOBUFS, 1 EPERM". */
  private static String drops(JsonView target) {
    JsonView reasons = target.get("dropped");
    return reasons.fields().isEmpty()
        ? "0"
        : reasons.fields().keySet().stream()
            .map(reason -> count(reasons, reason) + " " + reason)
            .collect(Collectors.joining(", "));
  }

  private static String count(JsonView object, String field) {
    return grouped(object.number(field));
  }

  private static String grouped(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }
}
