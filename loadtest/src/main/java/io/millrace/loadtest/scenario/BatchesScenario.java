package io.millrace.loadtest.scenario;

import io.millrace.loadtest.bench.NetworkPair;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import java.util.List;

/**
 * How many requests are handed over at a time: one at 1,000 datagrams/s, as many as {@code
 * rings.batch} allows under load, some in between.
 */
final class BatchesScenario implements Scenario {
  private static final int BYTES = 200;
  private static final int WARM_UP_MS = 500;

  /** The default of rings.batch. */
  private static final int BATCH = 32;

  /** What a machine that is late now and then adds to one. */
  private static final double IDLE_BATCH = 1.5;

  private static final double FULL = 0.8;

  /** The counters of a running ring are read one after the other. */
  private static final double SKEW = 1.05;

  private static final String REQUESTS = "millrace_ring_requests_total";
  private static final String BATCHES = "millrace_ring_batches_total";

  @Override
  public String name() {
    return "batches";
  }

  @Override
  public String description() {
    return "requests per io_uring_enter: one where one is due, rings.batch under load";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    NetworkPair network;
    try {
      network = lab.keep(NetworkPair.open(lab.folder()));
    } catch (HarnessException refused) {
      return Outcome.skipped(name(), "no link of our own: " + refused.getMessage());
    }
    int seconds = quick ? 2 : 10;
    Run slow = send(lab, network, "{ datagrams-per-second = 1000 }", seconds);
    double idle = slow.mean();
    CpuWaits waits = new CpuWaits(name());
    boolean busy = waits.excuse("1,000/s", slow.waited(), seconds);
    double half = send(lab, network, "{ datagrams-per-second = 100000 }", seconds).mean();
    Run unlimited = send(lab, network, "= unlimited", seconds);
    double loaded = unlimited.mean();
    return Outcome.of(name(), unlimited.sent(), List.of())
        .notJudged(waits.reasons())
        .figure("requests_per_batch_at_1000", idle)
        .figure("requests_per_batch_at_100000", half)
        .figure("requests_per_batch_unlimited", loaded)
        .expect(
            busy || (idle >= 1 / SKEW && idle <= IDLE_BATCH),
            "%.2f requests a batch at 1,000 datagrams/s".formatted(idle))
        .expect(
            loaded >= FULL * BATCH && loaded <= SKEW * BATCH,
            "%.2f requests a batch of at most %d under load".formatted(loaded, BATCH));
  }

  /**
   * One stream.
   *
   * @param mean requests per batch
   * @param waited seconds that the ring waited for its CPU
   */
  private record Run(double mean, double waited, DaemonSummary sent) {}

  /** On a ring that never sleeps. */
  private static Run send(Lab lab, NetworkPair network, String pace, int seconds) {
    try (PacedFlow flow = PacedFlow.start(lab, network, "batches", "busy-spin", 1, BYTES, pace)) {
      PacedFlow.pause(WARM_UP_MS);
      double waited = -flow.waitedSeconds();
      Metrics before = flow.metrics("millrace_ring_");
      PacedFlow.pause(seconds * 1000L);
      Metrics after = flow.metrics("millrace_ring_");
      waited += flow.waitedSeconds();
      double requests = after.sum(REQUESTS) - before.sum(REQUESTS);
      double batches = after.sum(BATCHES) - before.sum(BATCHES);
      return new Run(requests / batches, waited, flow.finish());
    }
  }
}
