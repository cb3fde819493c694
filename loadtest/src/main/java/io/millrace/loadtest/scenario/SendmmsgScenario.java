package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.List;

/**
 * Where io_uring is forbidden, the same streams: one is faster than its link, so that its socket's
 * buffer is always full, and one keeps its pace beside it. Both arrive whole and in order, and the
 * ring's thread sleeps while it waits for the link.
 */
final class SendmmsgScenario implements Scenario {
  private static final int BYTES = 1400;
  private static final int LINK_MEGABITS = 100;
  private static final int STEADY_RATE = 2_000;

  /** Of the time, for a thread that doesn't spin; a busy one takes all of it. */
  private static final double MOST_CPU = 0.7;

  private static final double LEAST_OF_RATE = 0.9;

  @Override
  public String name() {
    return "sendmmsg";
  }

  @Override
  public String description() {
    return "io_uring forbidden: a stream faster than its link (%d Mbit/s) and a steady one arrive whole"
        .formatted(LINK_MEGABITS);
  }

  /** By a queue of the sender's device that lets through so much, and holds all that comes. */
  private static void slowDown(Steps.Link link) {
    String rate = LINK_MEGABITS + "mbit";
    try {
      // Its default of 100 packets per flow is less than the send buffer holds.
      queue(link, "fq limit 20000 flow_limit 20000 maxrate " + rate);
    } catch (HarnessException noFq) {
      queue(link, "tbf limit 64mb burst 128kb rate " + rate);
    }
  }

  private static void queue(Steps.Link link, String discipline) {
    String command = "tc qdisc add dev " + Steps.Link.SENDER_DEVICE + " root " + discipline;
    link.namespaces().inside(link.sender(), command.split(" ", -1));
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    int seconds = quick ? 3 : 10;
    long fast = (long) seconds * LINK_MEGABITS * 1_000_000 / 8 / BYTES;
    long steady = (long) seconds * STEADY_RATE;
    WithoutIoUring without = WithoutIoUring.of(lab);
    Steps.Link link = Steps.Link.open(lab);
    try {
      slowDown(link);
    } catch (HarnessException refused) {
      return Outcome.skipped(
          name(), "neither fq nor tbf here (sch_fq, sch_tbf): " + refused.getMessage());
    }
    ReceiverProcess fastArrivals = link.receiver(lab, "fast", fast);
    ReceiverProcess steadyArrivals =
        Steps.receiver(
            lab,
            "steady",
            Namespaces.prefix(link.sender()),
            "127.0.0.1:0",
            1,
            steady,
            List.of("--sequenced", "yes"));
    String configuration =
        Configuration.rings(1)
            .with("rings { idle = park }")
            .with("send { send-buffer = 1 MiB }")
            .stream(
                "fast",
                Configuration.generator(BYTES, fast),
                "= unlimited",
                fastArrivals.addresses())
            .stream(
                "steady",
                Configuration.generator(BYTES, steady),
                "{ datagrams-per-second = %d, burst = 500 ms }".formatted(STEADY_RATE),
                steadyArrivals.addresses())
            .text();
    DaemonSummary summary =
        lab.runDaemon(
            name(),
            without.prefixAfter(Namespaces.prefix(link.sender())),
            configuration,
            Steps.PATIENCE);
    List<JsonNode> received =
        List.of(
            fastArrivals.finish(Steps.LAST_ARRIVALS), steadyArrivals.finish(Steps.LAST_ARRIVALS));
    Outcome outcome = Outcome.of(name(), summary, received).expectWhole(fast + steady);
    without.expectIn(outcome, summary);
    double busy = summary.ringTotal("user_seconds") + summary.ringTotal("system_seconds");
    outcome.expect(
        busy < MOST_CPU * summary.longestSeconds(),
        "the ring's thread took %.2f s of %.2f s: it spins"
            .formatted(busy, summary.longestSeconds()));
    double requests = summary.ringTotal("requests");
    outcome.expect(
        requests < fast + steady,
        "%.0f requests for %d datagrams: no trains".formatted(requests, fast + steady));
    for (Flow flow : summary.flows()) {
      if (flow.stream().equals("steady")) {
        double rate = flow.datagrams() / flow.seconds();
        outcome.expect(
            rate > LEAST_OF_RATE * STEADY_RATE,
            "the steady stream had %.0f datagrams/s beside the fast one".formatted(rate));
      }
    }
    return outcome;
  }
}
