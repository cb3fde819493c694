package io.millrace.loadtest.scenario;

import io.millrace.loadtest.bench.Median;
import io.millrace.loadtest.bench.NetworkPair;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Histogram;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.RunTimes;
import io.millrace.loadtest.harness.ThreadTimes;
import io.millrace.loadtest.text.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What each strategy of {@code rings.idle} costs in CPU time at 1,000 datagrams/s, and how late it
 * wakes up: in turn, several times over.
 */
final class IdleScenario implements Scenario {
  private static final List<String> STRATEGIES = List.of("busy-spin", "adaptive", "park");
  private static final int RATE = 1_000;
  private static final int BYTES = 200;
  private static final String LATENESS = "millrace_stream_lateness_seconds";

  /** Of the window's datagrams; looking takes milliseconds. */
  private static final double LEAST_KEPT = 0.98;

  /** Of a CPU, for the strategy that never gives it away. */
  private static final double LEAST_SPUN = 0.9;

  /** Of what spinning would use if nobody else took the CPU, for those that sleep. */
  private static final double MOST_SLEPT = 1.0 / 3;

  private static final double MOST_LATE_SPINNING_SECONDS = 5e-6;

  private record Plan(int rounds, int warmUpSeconds, int windowSeconds) {}

  private static final Plan FULL = new Plan(5, 3, 10);
  private static final Plan QUICK = new Plan(1, 1, 2);

  /**
   * One strategy in one window.
   *
   * @param ringCpu CPUs that the ring's thread used
   * @param processCpu the same of all threads of the daemon
   * @param waited seconds that the ring waited for its CPU
   * @param seconds that it was watched for
   */
  private record Turn(
      double median,
      double tail,
      double ringCpu,
      double processCpu,
      double waited,
      double seconds) {
    double wantedCpu() {
      return ringCpu + waited / seconds;
    }
  }

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String description() {
    return "CPU time and wake-up lateness of busy-spin, adaptive and park at %,d datagrams/s"
        .formatted(RATE);
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    NetworkPair network;
    try {
      network = lab.keep(NetworkPair.open(lab.folder()));
    } catch (HarnessException refused) {
      return Outcome.skipped(name(), "no link of our own: " + refused.getMessage());
    }
    lab.prepareDaemon();
    Plan plan = quick ? QUICK : FULL;
    Map<String, List<Turn>> turns = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    CpuWaits waits = new CpuWaits(name());
    List<DaemonSummary> summaries = new ArrayList<>();
    try (RingCpu ringCpu = RingCpu.clear()) {
      for (int round = 0; round < plan.rounds(); round++) {
        for (String strategy : STRATEGIES) {
          try (PacedFlow flow = start(lab, network, ringCpu, strategy)) {
            Turn turn = measure(flow, plan, strategy, problems, waits);
            turns.computeIfAbsent(strategy, any -> new ArrayList<>()).add(turn);
            summaries.add(finish(flow, strategy, problems));
          }
        }
      }
    }
    Outcome outcome = Outcome.of(name(), summaries.getLast(), List.of());
    problems.forEach(problem -> outcome.expect(false, problem));
    return judge(outcome, turns, plan, waits).notJudged(waits.reasons());
  }

  private PacedFlow start(Lab lab, NetworkPair network, RingCpu ringCpu, String strategy) {
    String pace = Configuration.datagramsPerSecond(RATE);
    return PacedFlow.start(lab, network, ringCpu.daemonPrefix(), name(), strategy, 1, BYTES, pace);
  }

  private Turn measure(
      PacedFlow flow, Plan plan, String strategy, List<String> problems, CpuWaits waits) {
    PacedFlow.pause(plan.warmUpSeconds() * 1000L);
    Metrics metrics = flow.metrics(LATENESS);
    RunTimes ring = flow.ringTimes();
    ThreadTimes process = flow.processTimes();
    long beganNs = System.nanoTime();
    PacedFlow.pause(plan.windowSeconds() * 1000L);
    RunTimes ringUsed = flow.ringTimes().since(ring);
    ThreadTimes used = flow.processTimes().since(process);
    double seconds = (System.nanoTime() - beganNs) / 1e9;
    Histogram late = flow.metrics(LATENESS).since(metrics).histogram(LATENESS);
    double waited = ringUsed.waitedSeconds();
    if (late.count() < LEAST_KEPT * RATE * seconds
        && !waits.excuse(strategy + "'s pace", waited, seconds)) {
      problems.add("%s: %.0f datagrams in %.2f s".formatted(strategy, late.count(), seconds));
    }
    Turn turn =
        new Turn(
            late.quantile(0.5),
            late.quantile(0.99),
            ringUsed.ranSeconds() / seconds,
            (used.userSeconds() + used.systemSeconds()) / seconds,
            waited,
            seconds);
    System.err.printf(
        Locale.ROOT,
        "run: idle: %s: p50 %.2f us, p99 %.2f us late; CPU: ring %.2f %%, daemon %.2f %%; waited"
            + " %.3f s%n",
        strategy,
        turn.median * 1e6,
        turn.tail * 1e6,
        turn.ringCpu * 100,
        turn.processCpu * 100,
        waited);
    return turn;
  }

  /** All was sent: what the source gave has come to the far side. */
  private static DaemonSummary finish(PacedFlow flow, String strategy, List<String> problems) {
    DaemonSummary summary = flow.finish();
    long sent = summary.total(DaemonSummary.Flow::datagrams);
    long stopped = summary.total(to -> to.dropped("stopped"));
    long offered = summary.total(DaemonSummary.Flow::offered);
    long arrived = flow.arrivedDatagrams();
    if (sent == 0 || sent + stopped != offered || arrived != sent) {
      problems.add(
          "%s: %d datagrams offered, %d sent, %d stopped, %d arrived"
              .formatted(strategy, offered, sent, stopped, arrived));
    }
    return summary;
  }

  private Outcome judge(Outcome outcome, Map<String, List<Turn>> turns, Plan plan, CpuWaits waits) {
    Table table =
        new Table(
            "rings.idle", "late, p50 us", "late, p99 us", "CPU of the ring %", "of the daemon %");
    double waited = 0;
    for (String strategy : STRATEGIES) {
      List<Turn> of = turns.getOrDefault(strategy, List.of());
      waited += of.stream().mapToDouble(Turn::waited).sum();
      String key = strategy.replace('-', '_');
      outcome
          .figure(key + "_late_p50_seconds", median(of, Turn::median))
          .figure(key + "_late_p99_seconds", median(of, Turn::tail))
          .figure(key + "_ring_cpus", median(of, Turn::ringCpu))
          .figure(key + "_daemon_cpus", median(of, Turn::processCpu));
      table.add(
          strategy,
          String.format(Locale.ROOT, "%.2f", median(of, Turn::median) * 1e6),
          String.format(Locale.ROOT, "%.2f", median(of, Turn::tail) * 1e6),
          String.format(Locale.ROOT, "%.2f", median(of, Turn::ringCpu) * 100),
          String.format(Locale.ROOT, "%.2f", median(of, Turn::processCpu) * 100));
    }
    double seconds = (double) STRATEGIES.size() * plan.rounds() * plan.windowSeconds();
    outcome.figure("waited_for_cpu_seconds", waited).table(table);
    if (!waits.excuse("lateness", waited, seconds)) {
      expectOrder(outcome);
    }
    double spinning = median(turns.getOrDefault("busy-spin", List.of()), Turn::wantedCpu);
    for (String sleeping : List.of("adaptive", "park")) {
      double used = outcome.figure(sleeping + "_ring_cpus");
      outcome.expect(
          used <= MOST_SLEPT * spinning,
          "%s uses %.3f of a CPU, busy-spin %.3f".formatted(sleeping, used, spinning));
    }
    return outcome;
  }

  private static void expectOrder(Outcome outcome) {
    double spinning = outcome.figure("busy_spin_late_p50_seconds");
    double adaptive = outcome.figure("adaptive_late_p50_seconds");
    double parked = outcome.figure("park_late_p50_seconds");
    double spun = outcome.figure("busy_spin_ring_cpus");
    outcome
        .expect(spun >= LEAST_SPUN, "busy-spin uses %.3f of its CPU".formatted(spun))
        .expect(
            spinning < MOST_LATE_SPINNING_SECONDS,
            "busy-spin: median lateness is %.2f us".formatted(spinning * 1e6))
        .expect(
            adaptive < parked,
            "adaptive: median lateness is %.2f us, park's %.2f: it wakes up too late"
                .formatted(adaptive * 1e6, parked * 1e6));
  }

  private static double median(List<Turn> turns, ToDoubleFunction<Turn> figure) {
    return Median.of(turns.stream().mapToDouble(figure).boxed().toList());
  }
}
