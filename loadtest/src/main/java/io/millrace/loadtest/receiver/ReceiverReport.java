package io.millrace.loadtest.receiver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.HostPort;
import io.millrace.loadtest.text.Json;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a receiver saw, over all its ports. Immutable. */
public final class ReceiverReport {
  private static final double NS_PER_SECOND = 1e9;

  private final ObjectNode json;

  private ReceiverReport(ObjectNode json) {
    this.json = json;
  }

  static ReceiverReport of(
      ReceiverSettings settings,
      String endedBy,
      List<ReceiverThread> threads,
      @Nullable PayloadFile file,
      @Nullable String sha256) {
    Sums sums = new Sums();
    ArrayNode ports = Json.array();
    for (ReceiverThread thread : threads) {
      sums.add(thread);
      ports.add(portJson(thread));
    }
    ObjectNode json = Json.object();
    json.put("listen", HostPort.format(threads.getFirst().socket().address()));
    json.put("datagrams", sums.datagrams);
    json.put("bytes", sums.bytes);
    json.put("truncated", sums.truncated);
    json.put("sequenced", sums.sequenced);
    putSequence(json, sums);
    json.put("kernel_drops", sums.kernelDrops);
    json.put("seconds", Json.round(sums.seconds(), 6));
    json.put("datagrams_per_second", Json.round(sums.perSecond(sums.datagrams), 1));
    json.put("bits_per_second", Json.round(8 * sums.perSecond(sums.bytes), 0));
    json.set("one_way_delay_ns", sums.sequenced ? percentiles(sums.delayNs) : null);
    json.put("negative_delays", sums.negativeDelays);
    json.set("inter_arrival_ns", percentiles(sums.interArrivalNs));
    if (file != null) {
      json.put("written_bytes", file.bytes());
      json.put("writer_stalls", file.stalls());
      json.put("sha256", sha256);
    }
    if (settings.expectDatagrams() > 0) {
      json.put("expected_datagrams", settings.expectDatagrams());
    }
    json.put("ended_by", endedBy);
    json.put("receive_buffer_bytes", threads.getFirst().socket().receiveBufferBytes());
    json.put("user_seconds", Json.round(sums.userNs / NS_PER_SECOND, 6));
    json.put("system_seconds", Json.round(sums.systemNs / NS_PER_SECOND, 6));
    if (threads.size() > 1) {
      json.set("ports", ports);
    }
    return new ReceiverReport(json);
  }

  /** null, not 0, where the payloads had no sequence to judge by. */
  private static void putSequence(ObjectNode json, Sums sums) {
    json.put("lost", sums.sequenced ? (Long) sums.lost : null);
    json.put("duplicated", sums.sequenced ? (Long) sums.duplicated : null);
    json.put("reordered", sums.sequenced ? (Long) sums.reordered : null);
    json.put("late", sums.sequenced ? (Long) sums.late : null);
    json.put("unsequenced", sums.sequenced ? (Long) sums.unsequenced : null);
  }

  private static ObjectNode portJson(ReceiverThread thread) {
    Sums sums = new Sums();
    sums.add(thread);
    ObjectNode json = Json.object();
    json.put("port", thread.socket().address().getPort());
    json.put("datagrams", sums.datagrams);
    json.put("bytes", sums.bytes);
    putSequence(json, sums);
    json.put("kernel_drops", sums.kernelDrops);
    json.put("seconds", Json.round(sums.seconds(), 6));
    return json;
  }

  private static ObjectNode percentiles(Histogram histogram) {
    ObjectNode json = Json.object();
    json.put("p50", histogram.getValueAtPercentile(50));
    json.put("p99", histogram.getValueAtPercentile(99));
    json.put("p999", histogram.getValueAtPercentile(99.9));
    json.put("max", histogram.getMaxValue());
    return json;
  }

  /** A copy of the whole report. */
  public ObjectNode json() {
    return json.deepCopy();
  }

  public long datagrams() {
    return json.get("datagrams").longValue();
  }

  /** For people: a few lines. */
  public String text() {
    Formatter text = new Formatter(Locale.ROOT);
    text.format(
        "received  %,d datagrams, %,d bytes in %.3f s: %,.0f datagrams/s, %,.1f Mbit/s%n",
        datagrams(),
        json.get("bytes").longValue(),
        json.get("seconds").doubleValue(),
        json.get("datagrams_per_second").doubleValue(),
        json.get("bits_per_second").doubleValue() / 1e6);
    if (json.get("sequenced").booleanValue()) {
      text.format(
          "sequence  lost %,d, duplicated %,d, reordered %,d, late %,d, unsequenced %,d%n",
          json.get("lost").longValue(),
          json.get("duplicated").longValue(),
          json.get("reordered").longValue(),
          json.get("late").longValue(),
          json.get("unsequenced").longValue());
      appendPercentiles(text, "delay", json.get("one_way_delay_ns"));
    }
    appendPercentiles(text, "spacing", json.get("inter_arrival_ns"));
    long drops = json.get("kernel_drops").longValue();
    if (drops > 0) {
      text.format(
          "kernel    dropped %,d datagrams at a receive buffer of %,d bytes"
              + " (sysctl net.core.rmem_max raises it)%n",
          drops, json.get("receive_buffer_bytes").longValue());
    }
    if (json.has("sha256")) {
      text.format("sha256    %s%n", json.get("sha256").textValue());
    }
    text.format("ended by  %s%n", json.get("ended_by").textValue());
    return text.toString();
  }

  private static void appendPercentiles(Formatter text, String name, JsonNode percentiles) {
    text.format(
        "%-9s p50 %,.1f, p99 %,.1f, p99.9 %,.1f, max %,.1f µs%n",
        name,
        percentiles.get("p50").longValue() / 1e3,
        percentiles.get("p99").longValue() / 1e3,
        percentiles.get("p999").longValue() / 1e3,
        percentiles.get("max").longValue() / 1e3);
  }

  /** Counts over several ports. */
  private static final class Sums {
    private final Histogram delayNs = new Histogram(3);
    private final Histogram interArrivalNs = new Histogram(3);
    private long datagrams;
    private long bytes;
    private long truncated;
    private long lost;
    private long duplicated;
    private long reordered;
    private long late;
    private long unsequenced;
    private long negativeDelays;
    private long kernelDrops;
    private long userNs;
    private long systemNs;
    private long firstNs = Long.MAX_VALUE;
    private long lastNs = Long.MIN_VALUE;
    private boolean sequenced;

    void add(ReceiverThread thread) {
      ArrivalStatistics port = thread.statistics();
      datagrams += port.datagrams;
      bytes += port.bytes;
      truncated += port.truncated;
      sequenced |= port.isSequenced();
      lost += port.sequence.lost();
      duplicated += port.sequence.duplicated();
      reordered += port.sequence.reordered();
      late += port.sequence.late();
      unsequenced += port.sequence.unsequenced();
      negativeDelays += port.negativeDelays;
      delayNs.add(port.delayNs);
      interArrivalNs.add(port.interArrivalNs);
      kernelDrops += Math.max(0, thread.socket().kernelDrops());
      userNs += thread.userNs;
      systemNs += thread.systemNs;
      if (port.datagrams > 0) {
        firstNs = Math.min(firstNs, port.firstNs);
        lastNs = Math.max(lastNs, port.lastNs);
      }
    }

    /** From the first arrival to the last, by the kernel's times. */
    double seconds() {
      return datagrams > 1 ? (lastNs - firstNs) / NS_PER_SECOND : 0;
    }

    double perSecond(long count) {
      return seconds() > 0 ? count / seconds() : 0;
    }
  }
}
