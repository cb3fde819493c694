package io.millrace.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.buffer.BufferPool;
import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.SourceCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.RingView;
import io.millrace.metrics.EngineView.SourceView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;

/** The counters as JSON: for {@code --summary-json} and the admin API. Any thread. */
public final class StatusReport {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final EngineView engine;

  public StatusReport(EngineView engine) {
    this.engine = engine;
  }

  /** Everything: kernel, rings, streams with their targets. */
  public ObjectNode status() {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", engine.version());
    root.put("revision", engine.revision());
    root.put("kernel", engine.kernelRelease());
    root.put("combined_cqe", engine.combinedCqe());
    root.put("engine", engine.engine());
    root.put("engine_reason", engine.engineReason());
    root.set("rings", rings());
    root.set("streams", streams());
    root.set("removed", removed());
    return root;
  }

  /** What streams and targets did that are gone, by their names. */
  public ArrayNode removed() {
    ArrayNode removed = JSON.createArrayNode();
    for (RemovedTotals.Total total : engine.removed().totals()) {
      ObjectNode object =
          removed
              .addObject()
              .put("stream", total.stream())
              .put("target", total.target())
              .put("offered", total.offered())
              .put("datagrams", total.datagrams())
              .put("bytes", total.bytes());
      ObjectNode dropped = object.putObject("dropped");
      for (int reason = 0; reason < DropReason.count(); reason++) {
        if (total.dropped(reason) > 0) {
          dropped.put(DropReason.of(reason).label(), total.dropped(reason));
        }
      }
    }
    return removed;
  }

  public ArrayNode rings() {
    ArrayNode rings = JSON.createArrayNode();
    for (RingView ring : engine.rings()) {
      RingCounters counters = ring.counters();
      BufferPool pool = ring.pool();
      // Completions before requests, so that the books never show more ended than begun.
      long completions = counters.completions();
      long requests = counters.requests();
      rings
          .addObject()
          .put("ring", ring.index())
          .put("cpu", ring.cpu())
          .put("requests", requests)
          .put("completions", completions)
          .put("in_flight", requests - completions)
          .put("cqes", counters.cqes())
          .put("enters", counters.enters())
          .put("cq_overflows", counters.cqOverflows())
          .put("copied", counters.copiedSamples())
          .put("pool_slots", pool.slots())
          .put("pool_slots_free", pool.free())
          .put("pool_exhausted", pool.exhausted())
          .put("user_seconds", counters.userNs() / 1e9)
          .put("system_seconds", counters.systemNs() / 1e9);
    }
    return rings;
  }

  public ArrayNode streams() {
    ArrayNode streams = JSON.createArrayNode();
    for (StreamView stream : engine.streams()) {
      streams.add(stream(stream));
    }
    return streams;
  }

  private static ObjectNode stream(StreamView stream) {
    StreamCounters counters = stream.counters();
    double seconds = counters.activeNs() / 1e9;
    ObjectNode object =
        JSON.createObjectNode()
            .put("stream", stream.name())
            .put("ring", stream.ring())
            .put("source", stream.source())
            .put("state", counters.state().label())
            .put("pace", stream.pace())
            .put("datagrams", counters.offeredDatagrams());
    SourceView reader = stream.reader();
    if (reader != null) {
      SourceCounters read = reader.counters();
      object
          .putObject("read")
          .put("datagrams", read.datagrams())
          .put("bytes", read.bytes())
          .put("skipped", read.skippedCount())
          .put("malformed", read.malformedCount())
          .put("queued_slots", reader.queuedSlots().getAsLong());
    }
    if (stream.datagrams().isPresent()) {
      object.put("datagrams_total", stream.datagrams().getAsLong());
    }
    ArrayNode changes = object.putArray("changed_since_file");
    stream.changes().forEach(changes::add);
    ArrayNode targets = object.putArray("targets");
    for (TargetView target : stream.targets()) {
      targets.add(target(JSON.createObjectNode(), target, counters, seconds));
    }
    return object;
  }

  /** Every target of every stream. */
  public ArrayNode targets() {
    ArrayNode targets = JSON.createArrayNode();
    for (StreamView stream : engine.streams()) {
      double seconds = stream.counters().activeNs() / 1e9;
      for (TargetView target : stream.targets()) {
        target(
            targets.addObject().put("stream", stream.name()), target, stream.counters(), seconds);
      }
    }
    return targets;
  }

  private static ObjectNode target(
      ObjectNode object, TargetView target, StreamCounters stream, double seconds) {
    TargetCounters counters = target.counters();
    object
        .put("target", target.label())
        .put("offered", counters.offered(stream.offeredDatagrams()))
        .put("datagrams", counters.datagrams())
        .put("bytes", counters.bytes())
        .put("seconds", seconds)
        .put("datagrams_per_second", perSecond(counters.datagrams(), seconds))
        .put("bits_per_second", perSecond(counters.bytes() * 8, seconds))
        .put("zero_copy", counters.choice().zeroCopy())
        .put("zero_copy_reason", counters.choice().reason())
        .put("train_datagrams", counters.trainLength())
        .put("trains_refused", counters.trainsRefused());
    if (counters.trainsRefused() > 0) {
      object.put("last_train_refusal", counters.lastRefusal().label());
    }
    ObjectNode dropped = object.putObject("dropped");
    for (int reason = 0; reason < DropReason.count(); reason++) {
      if (counters.dropped(reason) > 0) {
        dropped.put(DropReason.of(reason).label(), counters.dropped(reason));
      }
    }
    return object;
  }

  private static double perSecond(long amount, double seconds) {
    return seconds > 0 ? amount / seconds : 0;
  }

  /** Indented JSON. */
  public static String print(com.fasterxml.jackson.databind.JsonNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("a tree of plain values", impossible);
    }
  }
}
