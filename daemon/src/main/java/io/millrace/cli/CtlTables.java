package io.millrace.cli;

import java.util.List;
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
          stream.get("rings").elements().stream()
              .map(JsonView::text)
              .collect(Collectors.joining(",")),
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
            "STREAM",
            "STATE",
            "PACE",
            "TARGET",
            "DATAGRAMS",
            "BYTES",
            "DATAGRAMS/S",
            "MBIT/S",
            "DROPPED");
    for (JsonView stream : streams.elements()) {
      for (JsonView target : stream.get("targets").elements()) {
        table.row(
            stream.text("stream"),
            stream.text("state"),
            stream.text("pace"),
            target.text("target") + (isWaiting(target) ? " (waits for its name)" : ""),
            count(target, "datagrams"),
            count(target, "bytes"),
            count(target, "datagrams_per_second"),
            String.format(Locale.ROOT, "%,.1f", target.number("bits_per_second") / 1e6),
            drops(target));
      }
    }
    return table + changes(streams);
  }

  private static boolean isWaiting(JsonView target) {
    return target.text("state").equals("waiting");
  }

  /** A line for each stream that runs differently from what the file says. */
  private static String changes(JsonView streams) {
    StringBuilder lines = new StringBuilder();
    for (JsonView stream : streams.elements()) {
      List<JsonView> changes = stream.get("changed_since_file").elements();
      if (!changes.isEmpty()) {
        lines
            .append("\n\n")
            .append(stream.text("stream"))
            .append(": changed since the file: ")
            .append(changes.stream().map(JsonView::text).collect(Collectors.joining("; ")));
      }
    }
    return lines.toString();
  }

  /** Of {@code POST /-/reload}: what was done, and to which streams. */
  static String reloaded(JsonView answer) {
    StringBuilder lines = new StringBuilder("reloaded: ").append(answer.text("message"));
    for (String part : List.of("added", "removed", "replaced", "changed")) {
      for (JsonView line : answer.get(part).elements()) {
        lines.append('\n').append(part).append(": ").append(line.text());
      }
    }
    return lines.toString();
  }

  /** What is wrong with a configuration that was refused, a line each. */
  static String problems(JsonView answer) {
    return answer.get("problems").elements().stream()
        .map(line -> "\n" + line.text())
        .collect(Collectors.joining());
  }

  /** Of a target or of sums: of every reason. */
  static double dropped(JsonView target) {
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

  static String count(JsonView object, String field) {
    return grouped(object.number(field));
  }

  static String grouped(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }
}
