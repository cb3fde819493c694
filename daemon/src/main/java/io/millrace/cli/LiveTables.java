package io.millrace.cli;

import io.millrace.cli.LiveRates.Flow;
import io.millrace.cli.LiveRates.Ring;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code ctl status --watch} shows of one look: a screen, or lines. */
final class LiveTables {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

  private LiveTables() {}

  /** A screen of at most so many lines, or of all there is with 0. */
  static String screen(JsonView now, LiveRates rates, int lines) {
    Flow all = rates.all();
    JsonView total = now.get("total");
    String text =
        """
        millrace %s (%s) on Linux %s, engine %s, combined completions %s    %s

        %s datagrams/s, %s Mbit/s, %s dropped/s, lateness %s (99 %%); %s of %s targets not served

        %s

        """
            .formatted(
                now.text("version"),
                now.text("revision"),
                now.text("kernel"),
                now.text("engine"),
                now.text("combined_cqe"),
                clock(now),
                CtlTables.grouped(all.datagrams()),
                megabits(all),
                CtlTables.grouped(all.dropped()),
                lateness(all.late()),
                CtlTables.grouped(notServed(total)),
                CtlTables.count(total, "targets"),
                rings(now, rates));
    int room = lines - text.split("\n", -1).length - 1; // for the headings and what is left out
    return text + streams(now, rates, lines == 0 ? Integer.MAX_VALUE : Math.max(1, room));
  }

  private static TextTable rings(JsonView now, LiveRates rates) {
    TextTable table =
        new TextTable(
            "RING",
            "CPU",
            "BUSY %",
            "REQUESTS/S",
            "ENTERS/S",
            "CQES/REQUEST",
            "IN FLIGHT",
            "SLOTS USED",
            "SLOTS",
            "EXHAUSTED");
    for (JsonView ring : now.get("rings").elements()) {
      Ring rate = rates.ring(ring);
      table.row(
          ring.text("ring"),
          ring.text("cpu"),
          decimal("%.1f", 100 * rate.busy()),
          CtlTables.grouped(rate.requests()),
          CtlTables.grouped(rate.enters()),
          decimal("%.2f", rate.cqesPerRequest()),
          CtlTables.count(ring, "in_flight"),
          CtlTables.grouped(ring.number("pool_slots") - ring.number("pool_slots_free")),
          CtlTables.count(ring, "pool_slots"),
          CtlTables.count(ring, "pool_exhausted"));
    }
    return table;
  }

  private static String streams(JsonView now, LiveRates rates, int most) {
    TextTable table =
        new TextTable(
            "STREAM",
            "STATE",
            "PACE",
            "TARGETS",
            "OFF",
            "DATAGRAMS/S",
            "MBIT/S",
            "LATE 50 %",
            "LATE 99 %",
            "SENT",
            "DROPPED",
            "DROPPED/S");
    List<JsonView> streams = now.get("streams").elements();
    for (JsonView stream : streams.subList(0, Math.min(most, streams.size()))) {
      Flow flow = rates.stream(stream);
      table.row(
          stream.text("stream"),
          stream.text("state"),
          stream.text("pace"),
          CtlTables.count(stream, "targets"),
          CtlTables.grouped(notServed(stream)),
          CtlTables.grouped(flow.datagrams()),
          megabits(flow),
          lateness(flow.middle()),
          lateness(flow.late()),
          CtlTables.count(stream, "datagrams"),
          CtlTables.grouped(CtlTables.dropped(stream)),
          LiveRates.reasons(flow.drops()));
    }
    double left = now.get("total").number("streams") - Math.min(most, streams.size());
    return table + (left > 0 ? "\nand %s more".formatted(CtlTables.grouped(left)) : "");
  }

  /** A line for each ring and stream, for a file or a pipe. */
  static String lines(JsonView now, LiveRates rates) {
    List<String> lines = new ArrayList<>();
    for (JsonView ring : now.get("rings").elements()) {
      Ring rate = rates.ring(ring);
      lines.add(
          "%s ring %s: %s %% busy, %s requests/s, %s CQEs per request, %s in flight, %s of %s slots"
              .formatted(
                  clock(now),
                  ring.text("ring"),
                  decimal("%.1f", 100 * rate.busy()),
                  CtlTables.grouped(rate.requests()),
                  or(decimal("%.2f", rate.cqesPerRequest()), "no"),
                  CtlTables.count(ring, "in_flight"),
                  CtlTables.grouped(ring.number("pool_slots") - ring.number("pool_slots_free")),
                  CtlTables.count(ring, "pool_slots")));
    }
    for (JsonView stream : now.get("streams").elements()) {
      Flow flow = rates.stream(stream);
      String reasons = LiveRates.reasons(flow.drops());
      lines.add(
          "%s stream %s: %s, %s datagrams/s, %s Mbit/s, late %s (50 %%) %s (99 %%), %s dropped/s%s"
              .formatted(
                  clock(now),
                  stream.text("stream"),
                  stream.text("state"),
                  CtlTables.grouped(flow.datagrams()),
                  megabits(flow),
                  or(lateness(flow.middle()), "none"),
                  or(lateness(flow.late()), "none"),
                  CtlTables.grouped(flow.dropped()),
                  reasons.isEmpty() ? "" : " (" + reasons + ")"));
    }
    return String.join("\n", lines);
  }

  private static double notServed(JsonView sums) {
    return sums.number("given_up") + sums.number("waiting");
  }

  private static String clock(JsonView now) {
    return CLOCK.format(Instant.ofEpochMilli((long) now.number("time_ms")));
  }

  private static String megabits(Flow flow) {
    return decimal("%,.1f", flow.bits() / 1e6);
  }

  private static String decimal(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }

  private static String or(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }

  /** "64 us", "8.2 ms", "over 1 s"; empty: there was nothing. */
  static String lateness(double seconds) {
    if (Double.isNaN(seconds)) {
      return "";
    }
    if (Double.isInfinite(seconds)) {
      return "over 1 s";
    }
    return seconds < 0.001
        ? String.format(Locale.ROOT, "%.0f us", seconds * 1e6)
        : String.format(Locale.ROOT, "%.1f ms", seconds * 1e3);
  }
}
