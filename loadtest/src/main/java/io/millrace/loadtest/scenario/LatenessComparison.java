package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.bench.Median;
import io.millrace.loadtest.bench.NetworkPair;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Histogram;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.ReferenceSender;
import io.millrace.loadtest.harness.RunTimes;
import io.millrace.loadtest.text.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How late the datagrams of 100 streams leave a ring that spins, in turn with a busy loop in C that
 * has the same schedule, the same ring and the same link: a machine that stalls now and then stalls
 * both. Late is the beginning of the pass that hands a datagram over, less its due time, in both.
 * Owned by one thread.
 */
final class LatenessComparison {
  private static final int STREAMS = 100;
  private static final int RATE = 1_000;
  private static final int BURST_MS = 5;
  private static final int BYTES = 1400;
  private static final long WARM_UP_MS = 2_000;

  /** C needs only its caches. */
  private static final int C_WARM_UP_SECONDS = 1;

  private static final double MOST_MEDIAN_SECONDS = 5e-6;
  private static final double MOST_TAIL_SECONDS = 10e-6;

  /** In a second, one stall of 10 ms is all of what the tail leaves out. */
  private static final double QUICK_TAIL_SECONDS = 1e-3;

  private static final int ROUNDS = 5;
  private static final int QUICK_ROUNDS = 3;

  /** Half of what the tail leaves out: a longer wait for the CPU would be all of it. */
  private static final double MOST_WAITED_TAIL = 0.005;

  /** Of the datagrams that are due: fewer were not kept at their pace. */
  private static final double LEAST_COUNTED = 0.9;

  private static final String LATENESS = "millrace_stream_lateness_seconds";
  private static final String REQUESTS = "millrace_ring_requests_total";

  /** What one side did in one window. */
  private record Turn(Histogram late, double waited) {
    double median() {
      return late.quantile(0.5);
    }

    double tail() {
      return late.quantile(0.99);
    }
  }

  private final String scenario;
  private final Lab lab;
  private final NetworkPair network;
  private final CpuWaits waits;
  private final List<Turn> daemon = new ArrayList<>();
  private final List<Turn> reference = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private int windowSeconds;
  private String op = "";

  /** Nothing is run yet. */
  LatenessComparison(String scenario, Lab lab, NetworkPair network, CpuWaits waits) {
    this.scenario = scenario;
    this.lab = lab;
    this.network = network;
    this.waits = waits;
  }

  /**
   * The scenario's outcome so far.
   *
   * @param seconds for each side, all rounds together
   */
  Outcome run(boolean quick, int seconds) {
    int rounds = quick ? QUICK_ROUNDS : ROUNDS;
    windowSeconds = Math.max(1, seconds / rounds);
    lab.prepareDaemon();
    @Nullable ReferenceSender c = buildReference();
    @Nullable DaemonSummary last = null;
    try (RingCpu ringCpu = RingCpu.clear()) {
      for (int round = 0; round < rounds; round++) {
        last = daemonTurn(ringCpu);
        if (c != null && isRing()) {
          referenceTurn(c, ringCpu.number());
        }
        report(round, rounds);
      }
    }
    if (last == null) {
      throw new IllegalStateException("no rounds");
    }
    Outcome outcome = Outcome.of(scenario, last, List.of()).table(table());
    problems.forEach(problem -> outcome.expect(false, problem));
    judge(outcome, quick ? QUICK_TAIL_SECONDS : MOST_TAIL_SECONDS);
    return outcome;
  }

  private @Nullable ReferenceSender buildReference() {
    try {
      return ReferenceSender.build(lab.root(), lab.folder().resolve(ReferenceSender.NAME));
    } catch (HarnessException noCompiler) {
      System.err.println("run: " + scenario + ": not compared with C: " + noCompiler.getMessage());
      return null;
    }
  }

  private DaemonSummary daemonTurn(RingCpu ringCpu) {
    String pace = "{ datagrams-per-second = %d, burst = %d ms }".formatted(RATE, BURST_MS);
    try (PacedFlow flow =
        PacedFlow.start(
            lab, network, ringCpu.daemonPrefix(), scenario, "busy-spin", STREAMS, BYTES, pace)) {
      PacedFlow.pause(WARM_UP_MS);
      Metrics before = flow.metrics("millrace_");
      RunTimes ran = flow.ringTimes();
      PacedFlow.pause(windowSeconds * 1000L);
      double waited = flow.ringTimes().since(ran).waitedSeconds();
      Metrics window = flow.metrics("millrace_").since(before);
      DaemonSummary summary = flow.finish();
      op = mostlySentBy(window);
      add(daemon, "the daemon", new Turn(window.histogram(LATENESS), waited));
      long dropped = summary.total(of -> of.droppedDatagrams() - of.dropped("stopped"));
      if (dropped != 0) {
        problems.add(dropped + " datagrams of 100 streams were dropped");
      }
      return summary;
    }
  }

  /** The loop in C has only a ring. */
  private boolean isRing() {
    boolean ring = !op.equals("sendmmsg");
    if (!ring) {
      System.err.println("run: " + scenario + ": not compared with C: the daemon has no ring here");
    }
    return ring;
  }

  /** C sends by the same means. */
  private static String mostlySentBy(Metrics window) {
    String most = "send_zc";
    for (String other : List.of("send", "sendmmsg")) {
      if (requests(window, other) > requests(window, most)) {
        most = other;
      }
    }
    return most;
  }

  private static double requests(Metrics window, String op) {
    return window.sum(REQUESTS, "op=\"" + op + "\"");
  }

  private void referenceTurn(ReferenceSender c, int cpu) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--to", NetworkPair.RECEIVER_ADDRESS + ":" + PacedFlow.FIRST_PORT));
    arguments.addAll(List.of("--targets", "" + STREAMS, "--size", "" + BYTES, "--sequenced"));
    arguments.addAll(List.of("--paced", "" + RATE, "--burst", "" + BURST_MS));
    arguments.addAll(List.of("--warm-up", "" + C_WARM_UP_SECONDS));
    arguments.addAll(List.of("--seconds", "" + (C_WARM_UP_SECONDS + windowSeconds)));
    arguments.addAll(List.of("--op", op, "--cpu", "" + cpu));
    JsonNode report =
        c.run(network.senderPrefix(), arguments, Duration.ofSeconds(30L + windowSeconds));
    long errors = report.path("errors").longValue();
    if (errors != 0) {
      problems.add("C: %d errors, the first %s".formatted(errors, report.path("first_error")));
    }
    double waited = report.path("waited_seconds").doubleValue();
    add(reference, "C", new Turn(Histogram.ofReference(report), waited));
  }

  private void add(List<Turn> turns, String who, Turn turn) {
    turns.add(turn);
    double due = (double) STREAMS * RATE * windowSeconds;
    if (turn.late.count() < LEAST_COUNTED * due
        && !waits.excuse(who + "'s pace", turn.waited, windowSeconds)) {
      problems.add("%s: %,.0f of %,.0f datagrams were sent".formatted(who, turn.late.count(), due));
    }
  }

  private void report(int round, int rounds) {
    System.err.printf(
        Locale.ROOT,
        "run: %s: lateness, round %d of %d: %s%s%n",
        scenario,
        round + 1,
        rounds,
        text("daemon", daemon.getLast()),
        reference.isEmpty() ? "" : "; " + text("C", reference.getLast()));
  }

  private static String text(String who, Turn turn) {
    return String.format(
        Locale.ROOT,
        "%s p50 %.2f us, p99 %.2f us, waited %.3f s",
        who,
        turn.median() * 1e6,
        turn.tail() * 1e6,
        turn.waited);
  }

  private Table table() {
    Table table =
        new Table(
            "round", "daemon p50 us", "daemon p99 us", "C p50 us", "C p99 us", "p99 less C's us");
    for (int round = 0; round < daemon.size(); round++) {
      Turn ours = daemon.get(round);
      boolean compared = !reference.isEmpty();
      Turn theirs = compared ? reference.get(round) : ours;
      table.add(
          "" + (round + 1),
          microseconds(ours.median()),
          microseconds(ours.tail()),
          compared ? microseconds(theirs.median()) : "-",
          compared ? microseconds(theirs.tail()) : "-",
          compared ? microseconds(ours.tail() - theirs.tail()) : "-");
    }
    return table;
  }

  private static String microseconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f", seconds * 1e6);
  }

  private void judge(Outcome outcome, double mostTail) {
    double median = median(daemon, Turn::median);
    double waited = daemon.stream().mapToDouble(Turn::waited).sum();
    double seconds = (double) daemon.size() * windowSeconds;
    outcome
        .figure("lateness_p50_seconds", median)
        .figure("lateness_p99_seconds", median(daemon, Turn::tail))
        .figure("lateness_waited_for_cpu_seconds", waited)
        .expect(
            median < MOST_MEDIAN_SECONDS || waits.excuse("median lateness", waited, seconds),
            "median lateness of %d streams is %.2f us, less than %.0f is wanted"
                .formatted(STREAMS, median * 1e6, MOST_MEDIAN_SECONDS * 1e6));
    if (reference.isEmpty()) {
      return;
    }
    List<Double> later = new ArrayList<>();
    for (int round = 0; round < daemon.size(); round++) {
      later.add(daemon.get(round).tail() - reference.get(round).tail());
    }
    double difference = Median.of(later);
    double bothWaited = waited + reference.stream().mapToDouble(Turn::waited).sum();
    boolean sameBuckets = daemon.getLast().late.hasBoundsOf(reference.getLast().late);
    outcome
        .expect(sameBuckets, "C counts in other buckets than the daemon: lateness.c")
        .figure("c_lateness_p50_seconds", median(reference, Turn::median))
        .figure("c_lateness_p99_seconds", median(reference, Turn::tail))
        .figure("c_lateness_waited_for_cpu_seconds", bothWaited - waited)
        .figure("lateness_p99_less_c_seconds", difference)
        .expect(
            difference <= mostTail
                || waits.excuse("the tail beside C's", bothWaited, 2 * seconds, MOST_WAITED_TAIL),
            "p99 of the lateness is %.2f us above C's, %.0f allowed"
                .formatted(difference * 1e6, mostTail * 1e6));
  }

  private static double median(List<Turn> turns, ToDoubleFunction<Turn> figure) {
    return Median.of(turns.stream().mapToDouble(figure).boxed().toList());
  }
}
