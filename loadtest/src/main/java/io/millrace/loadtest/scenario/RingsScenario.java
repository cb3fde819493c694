package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.ArrayList;
import java.util.List;

/** Two rings, four streams of different paces and sizes: none disturbs another. */
final class RingsScenario implements Scenario {
  private record Traffic(String name, int bytes, String pace, int perSecond) {}

  /** The fourth has no pace of its own, but few datagrams: they fit the receive buffer. */
  private static final List<Traffic> TRAFFIC =
      List.of(
          new Traffic("small", 64, Configuration.datagramsPerSecond(15_000), 15_000),
          new Traffic("video", 1316, "{ rate = 50 Mbit/s }", 4_749),
          new Traffic("large", 8000, "{ rate = 100 Mbit/s }", 1_562),
          new Traffic("burst", 200, "= unlimited", 400));

  @Override
  public String name() {
    return "rings";
  }

  @Override
  public String description() {
    return "4 streams of different paces and sizes on 2 rings each arrive whole and in order";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    int cpus = Machine.cpus().size();
    if (cpus < 2) {
      return Outcome.broken(name(), "needs 2 CPUs for its 2 rings, and this process has " + cpus);
    }
    int seconds = quick ? 1 : 5;
    Configuration configuration = Configuration.rings(2);
    List<ReceiverProcess> receivers = new ArrayList<>();
    long all = 0;
    for (Traffic traffic : TRAFFIC) {
      long count = (long) traffic.perSecond() * seconds;
      all += count;
      ReceiverProcess receiver =
          Steps.receiver(lab, "rings-" + traffic.name(), 1, count, List.of());
      receivers.add(receiver);
      configuration.stream(
          traffic.name(),
          Configuration.generator(traffic.bytes(), count),
          traffic.pace(),
          receiver.addresses());
    }
    DaemonSummary sender = lab.runDaemon("rings", configuration.text(), Steps.PATIENCE);
    List<JsonNode> received =
        receivers.stream().map(receiver -> receiver.finish(Steps.LAST_ARRIVALS)).toList();

    Outcome outcome = Outcome.of(name(), sender, received).expectWhole(all);
    outcome.expect(
        sender.rings().size() == 2, "%d rings instead of 2".formatted(sender.rings().size()));
    for (JsonNode ring : sender.rings()) {
      outcome.expect(
          ring.path("requests").longValue() > 0,
          "ring %d sent nothing".formatted(ring.path("ring").intValue()));
    }
    for (int i = 0; i < TRAFFIC.size(); i++) {
      Traffic traffic = TRAFFIC.get(i);
      long wanted = (long) traffic.perSecond() * seconds;
      long got = received.get(i).path("datagrams").longValue();
      outcome.expect(got == wanted, "%s: %d received of %d".formatted(traffic.name(), got, wanted));
    }
    for (Flow flow : sender.flows()) {
      outcome.expect(
          flow.droppedDatagrams() == 0, "%s: drops %s".formatted(flow.stream(), flow.dropped()));
    }
    return outcome;
  }
}
