package io.millrace.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.counters.LatenessHistogram;
import io.millrace.metrics.EngineView.StreamView;
import java.util.List;

/**
 * What moves, as JSON that is small enough to be sent once a second: every ring, and of targets
 * only the sums over each stream and over all. Counters, not rates: two reports and the time
 * between them ({@code seconds}, of a clock that nobody sets) give the rates. Any thread.
 */
public final class LiveReport {
  /** Streams that a report lists, the first ones; the sums are over all. */
  public static final int MOST_STREAMS = 100;

  private final EngineView engine;
  private final StatusReport status;

  public LiveReport(EngineView engine) {
    this.engine = engine;
    status = new StatusReport(engine);
  }

  /**
   * The counters now.
   *
   * @param nowNs of {@link System#nanoTime()}
   * @param epochMs since the epoch
   */
  public ObjectNode report(long nowNs, long epochMs) {
    ObjectNode root =
        JsonNodeFactory.instance
            .objectNode()
            .put("seconds", nowNs / 1e9)
            .put("time_ms", epochMs)
            .put("version", engine.version())
            .put("revision", engine.revision())
            .put("kernel", engine.kernelRelease())
            .put("combined_cqe", engine.combinedCqe())
            .put("engine", engine.engine());
    putBounds(root.putArray("lateness_bounds"));
    root.set("rings", status.rings());
    TargetSums all = new TargetSums();
    long[] lateness = new long[LatenessHistogram.buckets()];
    ArrayNode streams = root.putArray("streams");
    int count = 0;
    for (StreamView stream : engine.streams()) {
      TargetSums sums = new TargetSums();
      stream.targets().forEach(sums::add);
      all.add(sums);
      long[] late = lateness(stream);
      for (int bucket = 0; bucket < late.length; bucket++) {
        lateness[bucket] += late[bucket];
      }
      if (count++ < MOST_STREAMS) {
        putStream(streams.addObject(), stream, sums, late);
      }
    }
    ObjectNode total = root.putObject("total").put("streams", count);
    all.putInto(total);
    putLateness(total, lateness);
    return root;
  }

  private static void putStream(
      ObjectNode object, StreamView stream, TargetSums sums, long[] lateness) {
    object
        .put("stream", stream.name())
        .put("state", stream.state().label())
        .put("pace", stream.pace())
        .put("source", stream.source())
        .put("changed", !stream.changes().isEmpty());
    ArrayNode rings = object.putArray("rings");
    stream.parts().forEach(part -> rings.add(part.ring()));
    sums.putInto(object);
    putLateness(object, lateness);
  }

  private static long[] lateness(StreamView stream) {
    long[] counts = new long[LatenessHistogram.buckets()];
    List<LatenessHistogram> parts = stream.lateness();
    for (LatenessHistogram part : parts) {
      for (int bucket = 0; bucket < counts.length; bucket++) {
        counts[bucket] += part.count(bucket);
      }
    }
    return counts;
  }

  /** Of the buckets of lateness, in seconds, inclusive; the last bucket has none. */
  private static void putBounds(ArrayNode bounds) {
    for (int bucket = 0; bucket < LatenessHistogram.buckets() - 1; bucket++) {
      bounds.add(LatenessHistogram.upperBoundSeconds(bucket));
    }
  }

  /** Datagrams in each bucket, without the empty end. */
  private static void putLateness(ObjectNode object, long[] counts) {
    int end = counts.length;
    while (end > 0 && counts[end - 1] == 0) {
      end--;
    }
    ArrayNode buckets = object.putArray("lateness");
    for (int bucket = 0; bucket < end; bucket++) {
      buckets.add(counts[bucket]);
    }
  }
}
