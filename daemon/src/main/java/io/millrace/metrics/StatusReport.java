package io.millrace.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.buffer.BufferPool;
import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.SkipReason;
import io.millrace.metrics.EngineView.PollerView;
import io.millrace.metrics.EngineView.RingView;
import io.millrace.metrics.EngineView.SourceView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.List;
import java.util.function.ToLongFunction;

/** The counters as JSON: for {@code --summary-json} and the admin API. Any thread. */
public final class StatusReport {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final EngineView engine;

  public StatusReport(EngineView engine) {
    this.engine = engine;
  }

  /** Everything: kernel, rings, streams with their targets. */
  public ObjectNode status() {
    ObjectNode root = JSON.objectNode();
    root.put("version", engine.version());
    root.put("revision", engine.revision());
    root.put("kernel", engine.kernelRelease());
    root.put("combined_cqe", engine.combinedCqe());
    root.put("engine", engine.engine());
    root.put("engine_reason", engine.engineReason());
    root.set("rings", rings());
    root.set("streams", streams());
    root.set("removed", removed());
    root.set("names", names());
    return root;
  }

  /** What streams and targets did that are gone, by their names. */
  public ArrayNode removed() {
    ArrayNode removed = JSON.arrayNode();
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
    ArrayNode rings = JSON.arrayNode();
    for (RingView ring : engine.rings()) {
      RingCounters counters = ring.counters();
      BufferPool pool = ring.pool();
      // Completions before requests, so that the books never show more ended than begun.
      long completions = counters.completions();
      long requests = counters.requests();
      ObjectNode object = rings.addObject();
      object
          .put("ring", ring.index())
          .put("cpu", ring.cpu())
          .put("requests", requests)
          .put("completions", completions)
          .put("in_flight", requests - completions)
          .put("cqes", counters.cqes())
          .put("enters", counters.enters())
          .put("batches", counters.batches())
          .put("cq_overflows", counters.cqOverflows())
          .put("copied", counters.copiedSamples())
          .put("pool_slots", pool.slots())
          .put("pool_slots_free", pool.free())
          .put("pool_exhausted", pool.exhausted())
          .put("user_seconds", counters.userNs() / 1e9)
          .put("system_seconds", counters.systemNs() / 1e9);
      if (ring.poller() != null) {
        poller(object.putObject("sqpoll"), ring.poller());
      }
    }
    return rings;
  }

  /** What isn't there, or isn't known, is null. */
  private static void poller(ObjectNode object, PollerView poller) {
    double seconds = poller.cpuSeconds().getAsDouble();
    object
        .put("cpu", poller.cpu() < 0 ? null : poller.cpu())
        .put("idle_ms", poller.idleMs())
        .put("cpu_seconds", Double.isNaN(seconds) ? null : seconds);
  }

  public ArrayNode streams() {
    ArrayNode streams = JSON.arrayNode();
    for (StreamView stream : engine.streams()) {
      streams.add(stream(stream));
    }
    return streams;
  }

  private static ObjectNode stream(StreamView stream) {
    ObjectNode object =
        JSON.objectNode()
            .put("stream", stream.name())
            .put("ring", stream.parts().getFirst().ring())
            .put("source", stream.source())
            .put("state", stream.state().label())
            .put("pace", stream.pace())
            .put("datagrams", stream.offeredDatagrams());
    ArrayNode rings = object.putArray("rings");
    stream.parts().forEach(part -> rings.add(part.ring()));
    List<SourceView> readers = stream.readers();
    if (!readers.isEmpty()) {
      ObjectNode read = object.putObject("read");
      read.put("datagrams", sum(readers, each -> each.counters().datagrams()))
          .put("bytes", sum(readers, each -> each.counters().bytes()))
          .put("skipped", sum(readers, each -> each.counters().skippedCount()))
          .put("malformed", sum(readers, each -> each.counters().malformedCount()))
          .put("queued_slots", sum(readers, each -> each.queuedSlots().getAsLong()));
      putSkipped(read.putObject("skipped_reasons"), readers);
    }
    if (stream.datagrams().isPresent()) {
      object.put("datagrams_total", stream.datagrams().getAsLong());
    }
    ArrayNode changes = object.putArray("changed_since_file");
    stream.changes().forEach(changes::add);
    ArrayNode targets = object.putArray("targets");
    for (TargetView target : stream.targets()) {
      targets.add(target(JSON.objectNode(), target));
    }
    return object;
  }

  /** Only the reasons that there were. */
  private static void putSkipped(ObjectNode reasons, List<SourceView> readers) {
    for (int index = 0; index < SkipReason.count(); index++) {
      int reason = index;
      long skipped = sum(readers, each -> each.counters().skippedCount(reason));
      if (skipped > 0) {
        reasons.put(SkipReason.of(reason).label(), skipped);
      }
    }
  }

  private static long sum(List<SourceView> readers, ToLongFunction<SourceView> count) {
    return readers.stream().mapToLong(count).sum();
  }

  /** Every target of every stream. */
  public ArrayNode targets() {
    ArrayNode targets = JSON.arrayNode();
    for (StreamView stream : engine.streams()) {
      for (TargetView target : stream.targets()) {
        target(targets.addObject().put("stream", stream.name()), target);
      }
    }
    return targets;
  }

  /** Puts everything about a target. */
  static ObjectNode target(ObjectNode object, TargetView target) {
    TargetBooks counters = target.counters();
    double seconds = target.stream().activeNs() / 1e9;
    object
        .put("target", target.label())
        .put("state", counters.addresses().isEmpty() ? "waiting" : "sending")
        .put("ring", target.ring())
        .put("offered", target.offered())
        .put("datagrams", counters.datagrams())
        .put("bytes", counters.bytes())
        .put("seconds", seconds)
        .put("datagrams_per_second", perSecond(counters.datagrams(), seconds))
        .put("bits_per_second", perSecond(counters.bytes() * 8, seconds))
        .put("zero_copy", counters.choice().zeroCopy())
        .put("zero_copy_reason", counters.choice().reason())
        .put("train_datagrams", counters.trainLength())
        .put("trains_refused", counters.trainsRefused());
    object
        .put("circuit", counters.circuit().label())
        .put("circuit_openings", counters.circuitOpenings())
        .put("sent_again_pending", counters.resent())
        .put("sent_again_full", counters.retried());
    if (counters.failedEver()) {
      object.put("last_failure", counters.lastFailure().label());
    }
    if (counters.trainsRefused() > 0) {
      object.put("last_train_refusal", counters.lastRefusal().label());
    }
    ObjectNode dropped = object.putObject("dropped");
    for (int reason = 0; reason < DropReason.count(); reason++) {
      if (counters.dropped(reason) > 0) {
        dropped.put(DropReason.of(reason).label(), counters.dropped(reason));
      }
    }
    ArrayNode addresses = object.putArray("addresses");
    for (TargetBooks.Part address : counters.addresses()) {
      addresses
          .addObject()
          .put("address", address.address())
          .put("datagrams", address.counters().datagrams())
          .put("dropped", address.counters().droppedTotal());
    }
    return object;
  }

  /** The names that targets have. */
  public ArrayNode names() {
    ArrayNode names = JSON.arrayNode();
    engine
        .names()
        .get()
        .forEach(
            (name, counters) ->
                names
                    .addObject()
                    .put("name", name)
                    .put("addresses", counters.addresses())
                    .put("successes", counters.successes())
                    .put("failures", counters.failures())
                    .put("changes", counters.changes())
                    .put("last_success_seconds", counters.lastSuccessMs() / 1e3));
    return names;
  }

  private static double perSecond(long amount, double seconds) {
    return seconds > 0 ? amount / seconds : 0;
  }
}
