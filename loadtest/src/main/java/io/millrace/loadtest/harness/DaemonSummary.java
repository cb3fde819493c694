package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What {@code millrace run --summary-json} wrote. Immutable. */
public final class DaemonSummary {
  private final JsonNode json;

  /**
   * One stream to one target.
   *
   * @param offered datagrams that the stream's source offered to each of its targets
   * @param datagrams that the kernel took
   */
  public record Flow(
      String stream,
      String target,
      long offered,
      long datagrams,
      long bytes,
      double seconds,
      JsonNode dropped,
      JsonNode json) {
    public long droppedDatagrams() {
      long sum = 0;
      for (JsonNode reason : dropped) {
        sum += reason.longValue();
      }
      return sum;
    }

    /** Another count of its target. */
    public long count(String field) {
      return json.path(field).longValue();
    }

    public long dropped(String reason) {
      return dropped.path(reason).longValue();
    }
  }

  public DaemonSummary(JsonNode json) {
    this.json = json;
  }

  public JsonNode json() {
    return json;
  }

  public List<Flow> flows() {
    List<Flow> flows = new ArrayList<>();
    for (JsonNode stream : json.path("streams")) {
      for (JsonNode target : stream.path("targets")) {
        flows.add(
            new Flow(
                stream.path("stream").asText(),
                target.path("target").asText(),
                stream.path("datagrams").longValue(),
                target.path("datagrams").longValue(),
                target.path("bytes").longValue(),
                target.path("seconds").doubleValue(),
                target.path("dropped"),
                target));
      }
    }
    return flows;
  }

  public long total(ToLongFunction<Flow> count) {
    return flows().stream().mapToLong(count).sum();
  }

  /** Of the flow that took longest. */
  public double longestSeconds() {
    return flows().stream().mapToDouble(Flow::seconds).max().orElse(0);
  }

  public JsonNode rings() {
    return json.path("rings");
  }

  /** A field of every ring, summed up. */
  public double ringTotal(String field) {
    return sum(rings(), ring -> ring.path(field).doubleValue());
  }

  /** A field of every target, summed up. */
  public long targetTotal(String field) {
    long sum = 0;
    for (JsonNode stream : json.path("streams")) {
      for (JsonNode target : stream.path("targets")) {
        sum += target.path(field).longValue();
      }
    }
    return sum;
  }

  public double processSeconds(String field) {
    return json.path("process").path(field).doubleValue();
  }

  private static double sum(JsonNode nodes, ToDoubleFunction<JsonNode> value) {
    double sum = 0;
    for (JsonNode node : nodes) {
      sum += value.applyAsDouble(node);
    }
    return sum;
  }
}
