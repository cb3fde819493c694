package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.List;

/**
 * A stream with {@code kernel = fq}: handed over in rounds of many datagrams, it comes out evenly
 * spaced where the qdisc is fq, and in rounds where there is none.
 */
final class FqScenario implements Scenario {
  private static final int RATE = 500;
  private static final double INTERVAL_NS = 1e9 / RATE;
  private static final int BYTES = 1400;

  /** Half of the datagrams come at least so much of an interval after the one before. */
  private static final double SPACED = 0.7;

  /**
   * What fq may drop: a flow with 100 packets in its queue gets no more (flow_limit), and on a
   * virtual machine that stalls the queue stands still while the daemon goes on.
   */
  private static final double MOST_DROPPED = 0.1;

  /** And without fq most of them at once. */
  private static final double AT_ONCE = 0.2;

  @Override
  public String name() {
    return "fq";
  }

  @Override
  public String description() {
    return "kernel = fq: handed over in rounds, spaced by the qdisc";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    long count = RATE * (quick ? 4L : 20L);
    Steps.Link link = Steps.Link.open(lab);
    JsonNode without = send(lab, link, "fq-without", count).received();
    try {
      link.namespaces()
          .inside(
              link.sender(),
              // fq lets a flow send a quantum at once; smaller than a frame, that is one frame.
              "tc qdisc replace dev %s root fq quantum 500 initial_quantum 500"
                  .formatted(Steps.Link.SENDER_DEVICE)
                  .split(" ", -1));
    } catch (HarnessException refused) {
      return Outcome.skipped(name(), "no fq queue here (sch_fq): " + refused.getMessage());
    }
    Run run = send(lab, link, "fq-with", count);
    double bunched = medianNs(without);
    double spaced = medianNs(run.received());
    Outcome outcome = Outcome.of(name(), run.sent(), List.of(run.received()));
    long dropped = outcome.count("dropped");
    return outcome
        .expect(
            outcome.count("offered") == count && outcome.count("sent") + dropped == count,
            "%d offered, %d sent and %d dropped of %d"
                .formatted(outcome.count("offered"), outcome.count("sent"), dropped, count))
        .expect(
            outcome.count("received") == outcome.count("sent"),
            "%d received of %d sent".formatted(outcome.count("received"), outcome.count("sent")))
        .expect(outcome.count("duplicated") == 0, "some arrived twice")
        .expect(dropped <= MOST_DROPPED * count, dropped + " dropped by fq")
        .figure("median_inter_arrival_ns_without", bunched)
        .figure("median_inter_arrival_ns_with", spaced)
        .expect(
            bunched < AT_ONCE * INTERVAL_NS,
            "%.0f ns between arrivals without fq: not handed over in rounds".formatted(bunched))
        .expect(
            spaced > SPACED * INTERVAL_NS,
            "%.0f ns between arrivals with fq: not spaced by %.0f".formatted(spaced, INTERVAL_NS));
  }

  private record Run(DaemonSummary sent, JsonNode received) {}

  private static Run send(Lab lab, Steps.Link link, String name, long count) {
    ReceiverProcess receiver = link.receiver(lab, name, count);
    String configuration =
        Configuration.rings(1).stream(
                "paced",
                Configuration.generator(BYTES, count),
                "{ datagrams-per-second = %d, burst = 100 ms, kernel = fq }".formatted(RATE),
                receiver.addresses())
            .text();
    DaemonSummary sent =
        lab.runDaemon(name, Namespaces.prefix(link.sender()), configuration, Steps.PATIENCE);
    return new Run(sent, receiver.finish(Steps.LAST_ARRIVALS));
  }

  private static double medianNs(JsonNode received) {
    return received.path("inter_arrival_ns").path("p50").doubleValue();
  }
}
