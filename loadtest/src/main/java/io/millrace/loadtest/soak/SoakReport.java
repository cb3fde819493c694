package io.millrace.loadtest.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.soak.Slope.Point;
import io.millrace.loadtest.text.Json;
import io.millrace.loadtest.text.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a soak has seen, and what of it is not as it should be. Built by one thread. */
public final class SoakReport {
  /**
   * What loses less than a page with each action isn't found in this time; a socket, a stream or a
   * buffer that isn't given back is several.
   */
  private static final int BYTES_PER_ACTION = 4096;

  /** Noise of the measurement: 19 of 20 slopes of what doesn't grow are below. */
  private static final int STANDARD_ERRORS = 2;

  /**
   * What the process may grow by at all: the code cache that the JVM may fill (64 MiB), and half of
   * that for classes, stacks, and what malloc keeps.
   */
  private static final long BOUND_BYTES = 96L << 20;

  private static final int MOST_PROBLEMS = 50;

  /** What the daemon says of each file that it refuses, as it should. */
  private static final String REFUSED_FILE = "the configuration has errors";

  private final SoakSettings settings;
  private final Map<Action, Integer> actions = new EnumMap<>(Action.class);
  private final List<Point> residentBytes = new ArrayList<>();
  private final Set<String> errors = new LinkedHashSet<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private final Map<String, Long> drops = new TreeMap<>();
  private int looks;
  private int unhealthy;
  private int mostDescriptors;
  private long mostThreads;
  private long leastFreeSlots = Long.MAX_VALUE;
  private int descriptorsAtStart;
  private int descriptorsAtEnd;
  private long threadsAtStart;
  private long threadsAtEnd;
  private long residentAtEnd;
  private double heapAtHalf;
  private double heapAtEnd;
  private int actionsAtHalf;
  private long sent;
  private long safeSent;
  private long safeReceived;
  private long safeKernelDrops;
  private long safeLost;

  SoakReport(SoakSettings settings) {
    this.settings = settings;
  }

  void start(int descriptors, long threads) {
    descriptorsAtStart = descriptors;
    threadsAtStart = threads;
  }

  int descriptorsAtStart() {
    return descriptorsAtStart;
  }

  void done(Action action) {
    actions.merge(action, 1, Integer::sum);
  }

  private int count() {
    return actions.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** One look; the books may be open while it sends, but never show more ended than begun. */
  void look(double seconds, long residentBytesNow, int descriptors, long threads, JsonNode rings) {
    looks++;
    residentBytes.add(new Point(seconds, residentBytesNow));
    mostDescriptors = Math.max(mostDescriptors, descriptors);
    mostThreads = Math.max(mostThreads, threads);
    for (JsonNode ring : rings) {
      leastFreeSlots = Math.min(leastFreeSlots, ring.path("pool_slots_free").longValue());
      expect(ring.path("in_flight").longValue() >= 0, "more completions than requests: " + ring);
      expect(ring.path("cq_overflows").longValue() == 0, "a CQ has overflowed: " + ring);
    }
  }

  void healthy(boolean isHealthy) {
    unhealthy += isHealthy ? 0 : 1;
  }

  void lines(List<String> lines) {
    lines.stream()
        .filter(line -> line.contains(" ERROR ") && !line.contains(REFUSED_FILE))
        .forEach(errors::add);
  }

  void heapAtHalf(double bytes) {
    heapAtHalf = bytes;
    actionsAtHalf = count();
  }

  void heapAtEnd(double bytes) {
    heapAtEnd = bytes;
  }

  void end(int descriptors, long threads, long residentBytesNow) {
    descriptorsAtEnd = descriptors;
    threadsAtEnd = threads;
    residentAtEnd = residentBytesNow;
  }

  void finish(DaemonSummary summary, JsonNode safe) {
    summary.json().path("streams").forEach(stream -> stream.path("targets").forEach(this::add));
    summary.json().path("removed").forEach(this::add);
    DaemonSummary.Flow flow =
        summary.flows().stream()
            .filter(each -> each.stream().equals(SoakLab.untouched().name))
            .findFirst()
            .orElseThrow();
    safeSent = flow.datagrams();
    safeReceived = safe.path("datagrams").longValue();
    safeKernelDrops = Math.max(0, safe.path("kernel_drops").longValue());
    safeLost = safe.path("lost").longValue();
    expect(flow.droppedDatagrams() == 0, "the untouched stream has drops: " + flow.dropped());
    expect(
        safeSent == safeReceived + safeKernelDrops && safeLost <= safeKernelDrops,
        "of the untouched stream %d were sent, %d came, the receiver's socket dropped %d, and %d are missing"
            .formatted(safeSent, safeReceived, safeKernelDrops, safeLost));
    for (String fault : List.of("duplicated", "reordered")) {
      long faults = safe.path(fault).longValue();
      expect(faults == 0, "of the untouched stream %d are %s".formatted(faults, fault));
    }
    judge();
  }

  private void add(JsonNode target) {
    sent += target.path("datagrams").longValue();
    for (Map.Entry<String, JsonNode> reason : target.path("dropped").properties()) {
      drops.merge(reason.getKey(), reason.getValue().longValue(), Long::sum);
    }
  }

  private void judge() {
    errors.forEach(error -> problem("in the log: " + error));
    expect(
        descriptorsAtEnd <= descriptorsAtStart,
        "%d descriptors at the end, %d at the start"
            .formatted(descriptorsAtEnd, descriptorsAtStart));
    // The JVM's own come and go: compilers, and carriers of virtual threads.
    int own = 2 * Runtime.getRuntime().availableProcessors() + 2;
    expect(
        threadsAtEnd <= threadsAtStart + own,
        "%d threads at the end, %d at the start".formatted(threadsAtEnd, threadsAtStart));
    expect(
        growth() < BOUND_BYTES,
        "it has grown by %,d bytes, %,d are allowed".formatted(growth(), BOUND_BYTES));
    if (settings.judgesSlope()) {
      expect(
          residentSlope().perX() < slopeLimit(),
          "its memory grows by %,.0f bytes/s in the second half, %,.0f are allowed"
              .formatted(residentSlope().perX(), slopeLimit()));
      expect(
          heapPerAction() < BYTES_PER_ACTION,
          "its heap grows by %,.0f bytes with each action, %,d are allowed"
              .formatted(heapPerAction(), BYTES_PER_ACTION));
    }
  }

  private long growth() {
    return residentBytes.isEmpty() ? 0 : residentAtEnd - (long) residentBytes.getFirst().y();
  }

  private Slope residentSlope() {
    double half = settings.length().toNanos() / 2e9;
    return Slope.of(residentBytes.stream().filter(point -> point.x() >= half).toList());
  }

  private double actionsPerSecond() {
    return 2e9 * (count() - actionsAtHalf) / settings.length().toNanos();
  }

  private double slopeLimit() {
    return BYTES_PER_ACTION * actionsPerSecond()
        + STANDARD_ERRORS * residentSlope().standardError();
  }

  private double heapPerAction() {
    return (heapAtEnd - heapAtHalf) / Math.max(1, count() - actionsAtHalf);
  }

  void expect(boolean condition, String problem) {
    if (!condition) {
      problem(problem);
    }
  }

  void problem(String problem) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(problem);
    }
  }

  public boolean holds() {
    return problems.isEmpty();
  }

  public List<String> problems() {
    return List.copyOf(problems);
  }

  private int reloads() {
    return actions.entrySet().stream()
        .filter(each -> each.getKey().isReload())
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private int faults() {
    return actions.entrySet().stream()
        .filter(each -> each.getKey().isFault())
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  public Table table() {
    Table table = new Table("what", "figure");
    table.add("seconds", "" + settings.length().toSeconds());
    table.add("seed", "" + settings.seed());
    table.add("actions", "" + count());
    table.add("of them reloads, refused ones included", "" + reloads());
    table.add("of them faults", "" + faults());
    actions.forEach((action, times) -> table.add("  " + action.label(), "" + times));
    table.add("looks, not healthy in", "%d, %d".formatted(looks, unhealthy));
    table.add("datagrams sent", "%,d".formatted(sent));
    drops.forEach((reason, times) -> table.add("  dropped, " + reason, "%,d".formatted(times)));
    table.add("untouched stream: sent", "%,d".formatted(safeSent));
    table.add(
        "untouched stream: lost on the way to its receiver's socket, lost there",
        "%,d, %,d".formatted(Math.max(0, safeLost - safeKernelDrops), safeKernelDrops));
    table.add(
        "descriptors: start, most, end",
        "%d, %d, %d".formatted(descriptorsAtStart, mostDescriptors, descriptorsAtEnd));
    table.add(
        "threads: start, most, end",
        "%d, %d, %d".formatted(threadsAtStart, mostThreads, threadsAtEnd));
    table.add("fewest free slots", "" + leastFreeSlots);
    table.add("memory (RSS) at the end, MiB", mebibytes(residentAtEnd));
    table.add("growth, allowed, MiB", mebibytes(growth()) + ", " + mebibytes(BOUND_BYTES));
    table.add(
        "slope of the second half, allowed, bytes/s",
        "%,.0f, %s"
            .formatted(
                residentSlope().perX(),
                settings.judgesSlope()
                    ? "%,.0f".formatted(slopeLimit())
                    : "not judged: shorter than five minutes"));
    table.add(
        "heap per action in the second half, allowed, bytes",
        "%,.0f, %s"
            .formatted(
                heapPerAction(), settings.judgesSlope() ? "" + BYTES_PER_ACTION : "not judged"));
    table.add("problems", problems.isEmpty() ? "none" : "" + problems.size());
    return table;
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1048576.0);
  }

  public String markdown() {
    StringBuilder text = new StringBuilder("# Soak\n\n");
    text.append(
        """
        A daemon with a stream that nothing is done to and others, whose files, targets, network
        and receiver change at random, by a seed. Afterwards everything is put right, every stream
        paused (the books have to close), and the daemon stopped (every slot has to be back).
        Allowed growth of the memory in the second half: %d bytes for each action, and %d standard
        errors of the slope; the heap is of a fixed size, and looked at after collections.

        """
            .formatted(BYTES_PER_ACTION, STANDARD_ERRORS));
    text.append(table().toMarkdown());
    problems.forEach(problem -> text.append("\n- ").append(problem));
    return text.append('\n').toString();
  }

  public ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("holds", holds());
    json.put("seconds", settings.length().toSeconds());
    json.put("seed", settings.seed());
    json.put("actions", count());
    json.put("reloads", reloads());
    json.put("faults", faults());
    ObjectNode kinds = json.putObject("actions_by_kind");
    actions.forEach((action, times) -> kinds.put(action.label(), times));
    json.put("looks", looks);
    json.put("looks_not_healthy", unhealthy);
    json.put("sent", sent);
    ObjectNode reasons = json.putObject("dropped");
    drops.forEach(reasons::put);
    json.put("untouched_sent", safeSent);
    json.put("untouched_received", safeReceived);
    json.put("untouched_lost", safeLost);
    json.put("untouched_dropped_by_receiver", safeKernelDrops);
    json.put("descriptors_start", descriptorsAtStart);
    json.put("descriptors_most", mostDescriptors);
    json.put("descriptors_end", descriptorsAtEnd);
    json.put("threads_start", threadsAtStart);
    json.put("threads_most", mostThreads);
    json.put("threads_end", threadsAtEnd);
    json.put("fewest_free_slots", leastFreeSlots);
    json.put("rss_end_bytes", residentAtEnd);
    json.put("rss_growth_bytes", growth());
    json.put("rss_slope_bytes_per_second", Json.round(residentSlope().perX(), 1));
    json.put("rss_slope_standard_error", Json.round(residentSlope().standardError(), 1));
    json.put("rss_slope_limit_bytes_per_second", Json.round(slopeLimit(), 1));
    json.put("rss_slope_judged", settings.judgesSlope());
    json.put("heap_growth_per_action_bytes", Json.round(heapPerAction(), 1));
    ArrayNode rss = json.putArray("rss_bytes_by_second");
    residentBytes.forEach(
        point -> rss.addArray().add(Json.round(point.x(), 1)).add((long) point.y()));
    ArrayNode list = json.putArray("problems");
    problems.forEach(list::add);
    return json;
  }
}
