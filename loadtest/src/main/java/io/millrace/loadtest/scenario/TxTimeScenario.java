package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.List;

/**
 * A stream with {@code kernel = txtime}: handed over in rounds, each datagram leaves at its own
 * time, where the qdisc is fq and where it is etf.
 */
final class TxTimeScenario implements Scenario {
  private static final int RATE = 500;
  private static final double INTERVAL_NS = 1e9 / RATE;
  private static final int BYTES = 1400;

  /**
   * What half of the times between two arrivals lie within, of the interval. Handed over in rounds
   * of 16, without the times half of them would be 0.
   */
  private static final double TOLERANCE = 0.1;

  /**
   * etf drops what it would send late, even by a microsecond (sch_etf.c: timesortedlist_drop), and
   * a virtual machine that is not running at the time is late.
   */
  private static final double MOST_MISSED = 0.25;

  @Override
  public String name() {
    return "txtime";
  }

  @Override
  public String description() {
    return "kernel = txtime: handed over in rounds, each datagram sent at its time by fq and by"
        + " etf";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    long count = RATE * (quick ? 4L : 20L);
    Steps.Link link = Steps.Link.open(lab);
    try {
      queue(link, "fq quantum 500 initial_quantum 500");
    } catch (HarnessException refused) {
      return Outcome.skipped(name(), "no fq queue here (sch_fq): " + refused.getMessage());
    }
    Run fq = send(lab, link, "txtime-fq", count);
    try {
      queue(link, "etf clockid CLOCK_TAI delta 5000000");
    } catch (HarnessException refused) {
      return Outcome.skipped(name(), "no etf queue here (sch_etf): " + refused.getMessage());
    }
    Run etf = send(lab, link, "txtime-etf", count);

    Outcome outcome = Outcome.of(name(), fq.sent(), List.of(fq.received()));
    outcome.expect(
        outcome.count("offered") == count
            && outcome.count("sent") == count
            && outcome.count("received") == count,
        "fq: %d offered, %d sent, %d received of %d"
            .formatted(
                outcome.count("offered"), outcome.count("sent"), outcome.count("received"), count));
    for (String fault : List.of("lost", "duplicated", "reordered")) {
      outcome.expect(outcome.count(fault) == 0, "fq: %d %s".formatted(outcome.count(fault), fault));
    }
    expectEven(outcome, "fq", fq);
    expectEven(outcome, "etf", etf);
    Outcome missing = Outcome.of(name(), etf.sent(), List.of(etf.received()));
    long arrived = missing.count("received");
    return outcome
        .figure("etf_missed_share", 1 - (double) arrived / count)
        .expect(
            missing.count("sent") + missing.count("dropped") == count,
            "etf: %d sent and %d dropped of %d"
                .formatted(missing.count("sent"), missing.count("dropped"), count))
        .expect(missing.count("duplicated") == 0, "etf: some arrived twice")
        .expect(
            arrived >= (1 - MOST_MISSED) * count,
            "etf: %d arrived of %d".formatted(arrived, count));
  }

  private static void expectEven(Outcome outcome, String queue, Run run) {
    double between = run.received().path("inter_arrival_ns").path("p50").doubleValue();
    outcome
        .figure(queue + "_median_inter_arrival_ns", between)
        .figure(
            queue + "_p99_inter_arrival_ns",
            run.received().path("inter_arrival_ns").path("p99").doubleValue())
        .expect(
            Math.abs(between / INTERVAL_NS - 1) <= TOLERANCE,
            "%s: %.0f ns between arrivals, not %.0f".formatted(queue, between, INTERVAL_NS));
  }

  private record Run(DaemonSummary sent, JsonNode received) {}

  private static void queue(Steps.Link link, String queue) {
    link.namespaces()
        .inside(
            link.sender(),
            "tc qdisc replace dev %s root %s"
                .formatted(Steps.Link.SENDER_DEVICE, queue)
                .split(" ", -1));
  }

  private static Run send(Lab lab, Steps.Link link, String name, long count) {
    ReceiverProcess receiver = link.receiver(lab, name, count);
    String configuration =
        Configuration.rings(1).stream(
                "timed",
                Configuration.generator(BYTES, count),
                "{ datagrams-per-second = %d, burst = 100 ms, kernel = txtime }".formatted(RATE),
                receiver.addresses())
            .text();
    DaemonSummary sent =
        lab.runDaemon(name, Namespaces.prefix(link.sender()), configuration, Steps.PATIENCE);
    return new Run(sent, receiver.finish(Steps.LAST_ARRIVALS));
  }
}
