package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.List;

/** One stream to many targets: each gets all of it. */
final class TargetsScenario implements Scenario {
  private static final int TARGETS = 50;

  /** Of the stream: the ring sends fifty times as many. */
  private static final int RATE = 1_000;

  @Override
  public String name() {
    return "targets";
  }

  @Override
  public String description() {
    return "one stream at 1,000/s to 50 targets: each receives every datagram, once and in order";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    long count = quick ? 1_500 : 5_000;
    long all = count * TARGETS;
    // 50 sockets: the default buffer for each would be more than any of them needs.
    ReceiverProcess receiver =
        Steps.receiver(lab, "targets", TARGETS, all, List.of("--receive-buffer", "4194304"));
    String configuration =
        Configuration.rings(1).stream(
                "fanout",
                Configuration.generator(1400, count),
                Configuration.datagramsPerSecond(RATE),
                receiver.addresses())
            .text();
    DaemonSummary sender = lab.runDaemon("targets", configuration, Steps.PATIENCE);
    JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
    Outcome outcome = Outcome.of(name(), sender, List.of(received)).expectWhole(all);
    List<Flow> flows = sender.flows();
    outcome.expect(
        flows.size() == TARGETS, "%d targets in the summary instead of 50".formatted(flows.size()));
    for (Flow flow : flows) {
      outcome.expect(
          flow.datagrams() == count,
          "%s: %d sent of %d".formatted(flow.target(), flow.datagrams(), count));
    }
    for (JsonNode port : received.path("ports")) {
      outcome.expect(
          port.path("datagrams").longValue() == count,
          "port %d: %d received of %d"
              .formatted(port.path("port").intValue(), port.path("datagrams").longValue(), count));
    }
    return outcome;
  }
}
