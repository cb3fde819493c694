package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.text.Json;
import io.millrace.loadtest.text.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario measured, and which expectations didn't hold. Built by one thread: {@link #of},
 * then {@link #expect}.
 */
public final class Outcome {
  /** As ZeroCopyChoice has it. */
  private static final double SAMPLE_INTERVAL = 1024;

  private final String scenario;
  private final List<String> problems = new ArrayList<>();
  private final ObjectNode json = Json.object();
  private final ObjectNode figures = Json.object();
  private final List<String> notJudged = new ArrayList<>();
  private @Nullable Table table;
  private @Nullable String skipReason;

  private Outcome(String scenario) {
    this.scenario = scenario;
  }

  /**
   * An outcome with the figures of the daemon and the receivers, and the expectations that every
   * scenario has: for each target, offered = sent + dropped, and each ring's requests are all
   * completed.
   */
  static Outcome of(String scenario, DaemonSummary sender, List<JsonNode> receivers) {
    Outcome outcome = unfinished(scenario, sender, receivers);
    for (JsonNode ring : sender.rings()) {
      outcome.expect(
          ring.path("requests").longValue() == ring.path("completions").longValue(),
          "ring %d: %d requests, but %d completions"
              .formatted(
                  ring.path("ring").intValue(),
                  ring.path("requests").longValue(),
                  ring.path("completions").longValue()));
    }
    return outcome;
  }

  /** The same, but some requests were given up at the stop, and are in the kernel still. */
  static Outcome unfinished(String scenario, DaemonSummary sender, List<JsonNode> receivers) {
    Outcome outcome = new Outcome(scenario);
    outcome.putSender(sender);
    outcome.putReceived(receivers);
    for (Flow flow : sender.flows()) {
      outcome.expect(
          flow.offered() == flow.datagrams() + flow.droppedDatagrams(),
          "%s to %s: %d offered, but %d sent and %d dropped"
              .formatted(
                  flow.stream(),
                  flow.target(),
                  flow.offered(),
                  flow.datagrams(),
                  flow.droppedDatagrams()));
    }
    return outcome;
  }

  /** The outcome of a scenario that couldn't be run. */
  public static Outcome broken(String scenario, String why) {
    Outcome outcome = new Outcome(scenario);
    outcome.problems.add(why);
    return outcome;
  }

  /** The outcome of a scenario that this machine can't run; holds, but has shown nothing. */
  static Outcome skipped(String scenario, String why) {
    Outcome outcome = new Outcome(scenario);
    outcome.skipReason = why;
    outcome.json.put("skipped", why);
    return outcome;
  }

  /** Why it wasn't run, or null. */
  public @Nullable String skipReason() {
    return skipReason;
  }

  private void putSender(DaemonSummary sender) {
    double seconds = sender.longestSeconds();
    long sent = sender.total(Flow::datagrams);
    json.put("offered", sender.total(Flow::offered));
    json.put("sent", sent);
    json.put("sent_bytes", sender.total(Flow::bytes));
    json.put("dropped", sender.total(Flow::droppedDatagrams));
    json.put("seconds", Json.round(seconds, 6));
    json.put("datagrams_per_second", Json.round(seconds > 0 ? sent / seconds : 0, 1));
    json.put("ring_user_seconds", Json.round(sender.ringTotal("user_seconds"), 6));
    json.put("ring_system_seconds", Json.round(sender.ringTotal("system_seconds"), 6));
    json.put("process_user_seconds", Json.round(sender.processSeconds("user_seconds"), 6));
    json.put("process_system_seconds", Json.round(sender.processSeconds("system_seconds"), 6));
    json.set("sender", sender.json());
  }

  private void putReceived(List<JsonNode> receivers) {
    ArrayNode all = json.putArray("receivers");
    for (String count : List.of("lost", "duplicated", "reordered", "kernel_drops")) {
      json.put(count, receivers.stream().mapToLong(each -> each.path(count).longValue()).sum());
    }
    json.put(
        "received", receivers.stream().mapToLong(each -> each.path("datagrams").longValue()).sum());
    receivers.forEach(all::add);
  }

  /**
   * Each zero-copy request has two CQEs, or one where completions are combined, but for the samples
   * (one request in 1,024, the first among them), which go uncombined.
   *
   * @param combined whether they are combined
   */
  Outcome expectCqes(double cqes, double requests, boolean combined) {
    double samples = Math.ceil(requests / SAMPLE_INTERVAL);
    double wanted = combined ? requests + samples : 2 * requests;
    json.put("cqes", (long) cqes);
    json.put("cqes_per_request", Json.round(cqes / requests, 5));
    return expect(
        cqes == wanted,
        "%,.0f CQEs of %,.0f requests, %,.0f wanted".formatted(cqes, requests, wanted));
  }

  /** Notes a figure of the scenario's own. */
  Outcome figure(String name, double value) {
    json.put(name, Json.round(value, 9));
    figures.put(name, Json.round(value, 9));
    return this;
  }

  /** Notes a remark of the scenario's own. */
  Outcome note(String name, String text) {
    json.put(name, text);
    return this;
  }

  /** What this machine couldn't show this time, each with its reason. */
  Outcome notJudged(List<String> reasons) {
    notJudged.addAll(reasons);
    return this;
  }

  public List<String> notJudged() {
    return List.copyOf(notJudged);
  }

  /** What tells the figures best, for people. */
  Outcome table(Table newTable) {
    table = newTable;
    return this;
  }

  /** The scenario's own table, if it has one, and one of its figures. */
  public List<Table> tables() {
    Table all = new Table("figure", "value");
    figures.properties().forEach(figure -> all.add(figure.getKey(), figure.getValue().asText()));
    return table == null ? List.of(all) : List.of(table, all);
  }

  /** The scenario's own figures, without what the daemon counted. */
  public ObjectNode figures() {
    return verdict().setAll(figures.deepCopy());
  }

  private ObjectNode verdict() {
    ObjectNode verdict = Json.object();
    verdict.put("scenario", scenario);
    verdict.put("holds", holds());
    ArrayNode list = verdict.putArray("problems");
    problems.forEach(list::add);
    ArrayNode open = verdict.putArray("not_judged");
    notJudged.forEach(open::add);
    return verdict;
  }

  /** Notes a problem unless {@code condition}. */
  Outcome expect(boolean condition, String problem) {
    if (!condition) {
      problems.add(problem);
    }
    return this;
  }

  /**
   * Nothing lost, nothing twice, nothing out of order, nothing dropped, and all that was offered
   * received.
   */
  Outcome expectWhole(long datagrams) {
    return expectEach(datagrams)
        .expect(count("reordered") == 0, "%d reordered".formatted(count("reordered")));
  }

  /** The same, in any order. */
  Outcome expectEach(long datagrams) {
    expect(
        count("offered") == datagrams,
        "%d offered instead of %d".formatted(count("offered"), datagrams));
    expect(count("sent") == datagrams, "%d sent of %d".formatted(count("sent"), datagrams));
    expect(
        count("received") == datagrams,
        "%d received of %d".formatted(count("received"), datagrams));
    for (String fault : List.of("dropped", "lost", "duplicated")) {
      expect(count(fault) == 0, "%d %s".formatted(count(fault), fault));
    }
    return this;
  }

  public long count(String name) {
    return json.path(name).longValue();
  }

  public double figure(String name) {
    return json.path(name).doubleValue();
  }

  public String scenario() {
    return scenario;
  }

  public boolean holds() {
    return problems.isEmpty();
  }

  public List<String> problems() {
    return List.copyOf(problems);
  }

  public ObjectNode json() {
    return verdict().setAll(json.deepCopy());
  }
}
