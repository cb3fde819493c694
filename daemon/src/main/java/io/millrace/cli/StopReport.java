package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.counters.DropReason;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.PartView;
import io.millrace.metrics.EngineView.SourceView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import io.millrace.metrics.RemovedTotals;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What was lost from the moment on in which the daemon was told to stop: datagrams that were begun
 * and dropped, by stream, target and reason, and those that a source's thread had read ahead and
 * nobody sent. Owned by one thread.
 */
final class StopReport {
  /** So many lines go to the log; the summary has all. */
  private static final int MOST_LINES = 20;

  private record Key(String stream, String target) {}

  /** What a target lost, by the reasons' ordinals. */
  private static final class Lost {
    final String stream;
    final String target;
    final long[] drops;

    Lost(String stream, String target, long[] drops) {
      this.stream = stream;
      this.target = target;
      this.drops = drops;
    }
  }

  /** Datagrams that were read and not offered. */
  private record Unsent(String stream, long datagrams) {}

  private final long beganNs;
  private final Map<Key, long[]> before;
  private final List<Lost> lost = new ArrayList<>();
  private final List<Unsent> unsent = new ArrayList<>();
  private long elapsedNs;

  private StopReport(EngineView view, long nowNs) {
    beganNs = nowNs;
    before = drops(view);
  }

  /** The daemon is about to stop. */
  static StopReport begin(EngineView view, long nowNs) {
    return new StopReport(view, nowNs);
  }

  /** It has: nothing changes any more. */
  void end(EngineView view, long nowNs) {
    elapsedNs = nowNs - beganNs;
    drops(view)
        .forEach(
            (key, now) -> {
              long[] then = before.get(key);
              boolean any = false;
              for (int reason = 0; reason < now.length; reason++) {
                now[reason] -= then == null ? 0 : then[reason];
                any |= now[reason] > 0;
              }
              if (any) {
                lost.add(new Lost(key.stream, key.target, now));
              }
            });
    for (StreamView stream : view.streams()) {
      long left = 0;
      for (PartView part : stream.parts()) {
        SourceView reader = part.reader();
        if (reader != null) {
          left += reader.counters().datagrams() - part.counters().offeredDatagrams();
        }
      }
      if (left > 0) {
        unsent.add(new Unsent(stream.name(), left));
      }
    }
  }

  /** Of streams there are and of those that are gone, as one may go while the daemon stops. */
  private static Map<Key, long[]> drops(EngineView view) {
    Map<Key, long[]> sums = new LinkedHashMap<>();
    for (StreamView stream : view.streams()) {
      for (TargetView target : stream.targets()) {
        long[] sum = sum(sums, stream.name(), target.label());
        for (int reason = 0; reason < sum.length; reason++) {
          sum[reason] += target.counters().dropped(reason);
        }
      }
    }
    for (RemovedTotals.Total total : view.removed().totals()) {
      long[] sum = sum(sums, total.stream(), total.target());
      for (int reason = 0; reason < sum.length; reason++) {
        sum[reason] += total.dropped(reason);
      }
    }
    return sums;
  }

  private static long[] sum(Map<Key, long[]> sums, String stream, String target) {
    return sums.computeIfAbsent(new Key(stream, target), _ -> new long[DropReason.count()]);
  }

  boolean isAnythingLost() {
    return !lost.isEmpty() || !unsent.isEmpty();
  }

  /** For the log: the time, and a line for each target and source that lost something. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    String time = "stopped after " + elapsedNs / 1_000_000 + " ms";
    if (!isAnythingLost()) {
      return List.of(time + "; nothing was dropped");
    }
    lines.add(time + "; dropped at the stop:");
    for (Lost each : lost) {
      lines.add("stream %s to %s: %s".formatted(each.stream, each.target, text(each.drops)));
    }
    for (Unsent each : unsent) {
      lines.add(
          "stream %s: %d datagrams were read and not sent".formatted(each.stream, each.datagrams));
    }
    if (lines.size() > MOST_LINES) {
      int more = lines.size() - MOST_LINES;
      lines = new ArrayList<>(lines.subList(0, MOST_LINES));
      lines.add(more + " lines more are in the summary, where one is asked for (--summary-json)");
    }
    return lines;
  }

  private static String text(long[] drops) {
    StringJoiner text = new StringJoiner(", ");
    for (int reason = 0; reason < drops.length; reason++) {
      if (drops[reason] > 0) {
        text.add(drops[reason] + " " + DropReason.of(reason).label());
      }
    }
    return text.toString();
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("seconds", elapsedNs / 1e9);
    ArrayNode dropped = json.putArray("dropped");
    for (Lost each : lost) {
      ObjectNode object = dropped.addObject().put("stream", each.stream).put("target", each.target);
      for (int reason = 0; reason < each.drops.length; reason++) {
        if (each.drops[reason] > 0) {
          object.put(DropReason.of(reason).label(), each.drops[reason]);
        }
      }
    }
    ArrayNode left = json.putArray("unsent");
    for (Unsent each : unsent) {
      left.addObject().put("stream", each.stream).put("datagrams", each.datagrams);
    }
    return json;
  }
}
