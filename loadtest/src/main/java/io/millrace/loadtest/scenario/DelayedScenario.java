package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.List;

/**
 * Few slots and a link that keeps every datagram for a while: the sender has to wait for its slots,
 * and as each is filled anew at once, one that came back too early would show as a datagram that is
 * missing and another that is there twice.
 */
final class DelayedScenario implements Scenario {
  private static final int DELAY_MS = 100;
  private static final int SLOTS = 16;

  @Override
  public String name() {
    return "delayed";
  }

  @Override
  public String description() {
    return "a link of 100 ms, 16 slots: none comes back before its datagram has left the link";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    int rounds = quick ? 20 : 60;
    long count = (long) rounds * SLOTS;
    Steps.Link link = Steps.Link.open(lab);
    try {
      link.namespaces()
          .inside(
              link.sender(),
              "tc",
              "qdisc",
              "add",
              "dev",
              Steps.Link.SENDER_DEVICE,
              "root",
              "netem",
              "delay",
              DELAY_MS + "ms");
    } catch (HarnessException refused) {
      return Outcome.skipped(name(), "no delay on a link (sch_netem): " + refused.getMessage());
    }
    ReceiverProcess arrivals = link.receiver(lab, name(), count);
    String configuration =
        Configuration.rings(1)
            .with("send { engine = uring, zero-copy = always }")
            .with("buffers { slot-size = 2 KiB, slots-per-ring = %d }".formatted(SLOTS))
            .stream(
                "slow", Configuration.generator(1400, count), "= unlimited", arrivals.addresses())
            .text();
    DaemonSummary summary =
        lab.runDaemon(name(), Namespaces.prefix(link.sender()), configuration, Steps.PATIENCE);
    JsonNode received = arrivals.finish(Steps.LAST_ARRIVALS);
    double least = rounds * DELAY_MS / 1e3;
    boolean combined = summary.json().path("combined_cqe").asText().equals("native");
    // The first datagram may leave before ARP has an answer; order is no promise of UDP.
    return Outcome.of(name(), summary, List.of(received))
        .expectEach(count)
        .expect(
            summary.longestSeconds() >= least,
            "%.3f s for %d journeys of each slot: a slot came back early"
                .formatted(summary.longestSeconds(), rounds))
        .expectCqes(summary.ringTotal("cqes"), summary.ringTotal("requests"), combined);
  }
}
