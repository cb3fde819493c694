package io.millrace.loadtest.kill;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import io.millrace.loadtest.text.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What came of the kills. Built by one thread. */
public final class KillReport {
  private final KillSettings settings;
  private final Map<Moment, Integer> kills = new EnumMap<>(Moment.class);
  private final List<Double> startsMs = new ArrayList<>();
  private final List<Double> firstDatagramsMs = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private List<String> left = List.of();
  private int handOvers;
  private int waits;

  KillReport(KillSettings settings) {
    this.settings = settings;
    for (Moment moment : Moment.values()) {
      kills.put(moment, 0);
    }
  }

  void killed(Moment moment) {
    kills.merge(moment, 1, Integer::sum);
  }

  int kills() {
    return kills.values().stream().mapToInt(Integer::intValue).sum();
  }

  void handedOver() {
    handOvers++;
  }

  /** One start: until it ran, and until its first datagram had arrived. */
  void started(double runningMs, double firstDatagramMs) {
    startsMs.add(runningMs);
    firstDatagramsMs.add(firstDatagramMs);
  }

  double lastStartMs() {
    return startsMs.getLast();
  }

  /** The log of one that was killed. */
  void lines(List<String> lines) {
    for (String line : lines) {
      waits += line.contains("the locked memory was there after") ? 1 : 0;
      expect(!line.contains(" ERROR "), "in a log: " + line);
    }
  }

  void left(List<String> what) {
    left = what;
    expect(what.isEmpty(), "left behind: " + String.join(", ", what));
  }

  void expect(boolean condition, String problem) {
    if (!condition) {
      problems.add(problem);
    }
  }

  public boolean holds() {
    return problems.isEmpty();
  }

  public List<String> problems() {
    return List.copyOf(problems);
  }

  private static double quantile(List<Double> values, double quantile) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.min(sorted.size() - 1L, (long) (quantile * sorted.size())));
  }

  public Table table() {
    Table table = new Table("what", "figure");
    kills.forEach((moment, count) -> table.add("kills, " + moment.label(), "" + count));
    table.add("kills in all (seed %d)".formatted(settings.seed()), "" + kills());
    table.add("killed only when its successor waited for its memory", "" + handOvers);
    table.add("restarts", "" + startsMs.size());
    table.add("restart until running, median, ms", "%.0f".formatted(quantile(startsMs, 0.5)));
    table.add("restart until running, slowest, ms", "%.0f".formatted(quantile(startsMs, 1)));
    table.add(
        "to the first datagram, slowest, ms", "%.0f".formatted(quantile(firstDatagramsMs, 1)));
    table.add("restarts that waited for locked memory by chance", "" + waits);
    table.add(
        "limit of locked memory: one daemon and a half, bytes",
        "%,d".formatted(KillLab.lockedLimit()));
    table.add("left behind", left.isEmpty() ? "nothing" : String.join(", ", left));
    return table;
  }

  public String markdown() {
    StringBuilder text = new StringBuilder("# Killed at any moment\n\n");
    text.append(
        """
        SIGKILL to a daemon that runs as a user without capabilities: with a ring that is never
        empty, in the middle of a reload, of a start and of a stop. A successor on the same
        configuration and port is started at once; it has to run, answer and send, and no socket
        of its predecessor may be left. Looked for at the end: sockets of the network namespace,
        huge pages in use, shared memory (System V, /dev/shm), message queues, files in /run, /tmp
        and /var/tmp, processes. Locked memory that was left would count against a limit that is
        enough for one daemon and a half.

        """);
    text.append(table().toMarkdown());
    problems.forEach(problem -> text.append("\n- ").append(problem));
    return text.append('\n').toString();
  }

  public ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("holds", holds());
    json.put("seed", settings.seed());
    json.put("kills", kills());
    ObjectNode moments = json.putObject("kills_by_moment");
    kills.forEach((moment, count) -> moments.put(moment.label(), count));
    json.put("hand_overs", handOvers);
    json.put("restarts", startsMs.size());
    json.put("restart_median_ms", Json.round(quantile(startsMs, 0.5), 1));
    json.put("restart_slowest_ms", Json.round(quantile(startsMs, 1), 1));
    json.put("first_datagram_slowest_ms", Json.round(quantile(firstDatagramsMs, 1), 1));
    json.put("waited_for_locked_memory", waits);
    json.put("locked_memory_limit_bytes", KillLab.lockedLimit());
    ArrayNode leftList = json.putArray("left_behind");
    left.forEach(leftList::add);
    ArrayNode problemList = json.putArray("problems");
    problems.forEach(problemList::add);
    return json;
  }
}
