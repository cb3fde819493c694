package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One of two targets is a closed port: the other doesn't notice, and the drops are counted against
 * the dead one only.
 */
final class RefusedScenario implements Scenario {
  private static final int RATE = 10_000;

  @Override
  public String name() {
    return "refused";
  }

  @Override
  public String description() {
    return "of two targets one is a closed port: the other receives everything, drops count only"
        + " there";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    long count = quick ? 10_000 : 40_000;
    ReceiverProcess receiver = Steps.receiver(lab, "refused", 1, count, List.of());
    String alive = receiver.addresses().getFirst();
    String dead = "127.0.0.1:" + closedPort();
    String configuration =
        Configuration.rings(1).stream(
                "pair",
                Configuration.generator(1400, count),
                Configuration.datagramsPerSecond(RATE),
                List.of(dead, alive))
            .text();
    DaemonSummary sender = lab.runDaemon("refused", configuration, Steps.PATIENCE);
    JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);

    Outcome outcome = Outcome.of(name(), sender, List.of(received));
    long got = received.path("datagrams").longValue();
    outcome.expect(got == count, "%d received of %d at the living target".formatted(got, count));
    for (String fault : List.of("lost", "duplicated", "reordered")) {
      outcome.expect(outcome.count(fault) == 0, "%d %s".formatted(outcome.count(fault), fault));
    }
    for (Flow flow : sender.flows()) {
      outcome.expect(
          flow.offered() == count,
          "%s: %d offered of %d".formatted(flow.target(), flow.offered(), count));
      if (flow.target().equals(dead)) {
        outcome.expect(
            flow.dropped("circuit-open") > 0
                && flow.dropped("circuit-open") + flow.dropped("ECONNREFUSED")
                    == flow.droppedDatagrams(),
            "the closed port's drops are %s".formatted(flow.dropped()));
      } else {
        outcome.expect(
            flow.droppedDatagrams() == 0,
            "the living target's drops are %s".formatted(flow.dropped()));
      }
    }
    return outcome;
  }

  /** A port that was free a moment ago. */
  private static int closedPort() {
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
