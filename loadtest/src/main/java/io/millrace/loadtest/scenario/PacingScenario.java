package io.millrace.loadtest.scenario;

import io.millrace.loadtest.bench.NetworkPair;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.scenario.PacedFlow.Look;
import java.time.Duration;
import java.util.List;

/**
 * Rates are held, from slow to as fast as trains go; a daemon that was stopped makes up for its
 * burst and for no more, and holds its rate again; and datagrams of many streams leave on time, as
 * a loop in C would do it ({@link LatenessComparison}). Counted at the far side of a link that
 * drops what arrives.
 */
final class PacingScenario implements Scenario {
  /** Seconds that each rate is watched for; unset: 60, and 3 in the short form. */
  private static final String SECONDS = "LOADTEST_PACING_SECONDS";

  private static final int BYTES = 1400;
  private static final long WARM_UP_MS = 2_000;

  private static final double TOLERANCE = 0.001;

  /** Looking takes milliseconds, of few seconds. */
  private static final double QUICK_TOLERANCE = 0.01;

  private static final int STALL_RATE = 10_000;
  private static final Duration STALL = Duration.ofSeconds(1);
  private static final int STALL_BURST_MS = 200;

  /** What the beginning and the end of a stall are known to. */
  private static final double STALL_TOLERANCE_SECONDS = 0.1;

  @Override
  public String name() {
    return "pacing";
  }

  @Override
  public String description() {
    return "1 k, 100 k and 5 M datagrams/s held within %s %%; bounded catch-up after a stall; lateness beside C"
        .formatted(TOLERANCE * 100);
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    NetworkPair network;
    try {
      network = lab.keep(NetworkPair.open(lab.folder()));
    } catch (HarnessException refused) {
      return Outcome.skipped(name(), "no link of our own: " + refused.getMessage());
    }
    String configured = System.getenv(SECONDS);
    int seconds = configured == null ? (quick ? 3 : 60) : Integer.parseInt(configured);
    double tolerance = seconds < 60 ? QUICK_TOLERANCE : TOLERANCE;
    CpuWaits waits = new CpuWaits(name());
    Outcome outcome = new LatenessComparison(name(), lab, network, waits).run(quick, seconds);
    for (int rate : List.of(1_000, 100_000, 5_000_000)) {
      holdRate(lab, network, rate, seconds, tolerance, outcome, waits);
    }
    stall(lab, network, outcome);
    return outcome.notJudged(waits.reasons());
  }

  private static String pace(int rate, int burstMs) {
    return "{ datagrams-per-second = %d, burst = %d ms }".formatted(rate, burstMs);
  }

  /** A burst that outlasts what this machine's other work takes from the ring now and then. */
  private void holdRate(
      Lab lab,
      NetworkPair network,
      int rate,
      int seconds,
      double tolerance,
      Outcome outcome,
      CpuWaits waits) {
    try (PacedFlow flow =
        PacedFlow.start(lab, network, name(), "adaptive", 1, BYTES, pace(rate, 50))) {
      PacedFlow.pause(WARM_UP_MS);
      double waited = -flow.waitedSeconds();
      Look first = flow.look();
      PacedFlow.pause(seconds * 1000L);
      Look last = flow.look();
      waited += flow.waitedSeconds();
      double held = last.perSecondSince(first);
      expectBooks(outcome, flow.finish());
      outcome
          .figure("rate_%d_held".formatted(rate), held)
          .figure("rate_%d_waited_for_cpu_seconds".formatted(rate), waited)
          .expect(
              Math.abs(held / rate - 1) <= tolerance || waits.excuse(rate + "/s", waited, seconds),
              "%,d/s: %,.1f/s in %.2f s, %.3f %% off, %.1f %% allowed"
                  .formatted(
                      rate,
                      held,
                      last.secondsSince(first),
                      100 * (held / rate - 1),
                      100 * tolerance));
    }
  }

  private void stall(Lab lab, NetworkPair network, Outcome outcome) {
    try (PacedFlow flow =
        PacedFlow.start(
            lab, network, name(), "adaptive", 1, BYTES, pace(STALL_RATE, STALL_BURST_MS))) {
      PacedFlow.pause(WARM_UP_MS);
      Look before = flow.look();
      double stalled = flow.stall(STALL);
      PacedFlow.pause(500);
      Look after = flow.look();
      PacedFlow.pause(1_000);
      Look later = flow.look();
      expectBooks(outcome, flow.finish());
      double missing =
          after.secondsSince(before)
              - (double) (after.datagrams() - before.datagrams()) / STALL_RATE;
      double wanted = stalled - STALL_BURST_MS / 1000.0;
      double rate = later.perSecondSince(after);
      outcome
          .figure("stall_seconds", stalled)
          .figure("stall_forgiven_seconds", missing)
          .figure("rate_after_stall", rate)
          .expect(
              Math.abs(missing - wanted) <= STALL_TOLERANCE_SECONDS,
              "stopped for %.3f s with a burst of %d ms: %.3f s of datagrams are missing, not %.3f"
                  .formatted(stalled, STALL_BURST_MS, missing, wanted))
          .expect(
              Math.abs(rate / STALL_RATE - 1) <= 2 * QUICK_TOLERANCE,
              "%,.1f/s after the stall".formatted(rate));
    }
  }

  private static void expectBooks(Outcome outcome, DaemonSummary summary) {
    long dropped = summary.total(flow -> flow.droppedDatagrams() - flow.dropped("stopped"));
    outcome.expect(dropped == 0, dropped + " datagrams were dropped");
  }
}
