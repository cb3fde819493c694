package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream in trains over a link whose MTU becomes too small for its datagrams while it runs: the
 * kernel refuses trains from then on, every datagram goes on as a single one, in fragments, and
 * none is lost.
 *
 * @param ring whether it is sent through a ring; else io_uring is forbidden
 */
record TrainsScenario(String name, boolean ring) implements Scenario {
  private static final int RATE = 20_000;
  private static final int BYTES = 1400;
  private static final int SMALLER_MTU = 1000;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  @Override
  public String description() {
    return "trains over a link whose MTU shrinks to %d: singles from then on, none lost%s"
        .formatted(SMALLER_MTU, ring ? "" : "; io_uring forbidden");
  }

  private static void awaitPackets(String namespace, long packets, DaemonProcess daemon) {
    String file = "/sys/class/net/" + Steps.Link.SENDER_DEVICE + "/statistics/tx_packets";
    while (Long.parseLong(Namespaces.ask(namespace, "cat", file)) < packets) {
      if (daemon.process().endsWithin(LOOK_AGAIN)) {
        throw new HarnessException("the daemon ended early:\n  " + daemon.process().tail(10));
      }
    }
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    double seconds = quick ? 3 : 10;
    long count = (long) (RATE * seconds);
    Steps.Link link = Steps.Link.open(lab);
    @Nullable WithoutIoUring without = ring ? null : WithoutIoUring.of(lab);
    List<String> inside = Namespaces.prefix(link.sender());
    ReceiverProcess arrivals = link.receiver(lab, name, count);
    // A ring that sleeps until something is due finds several datagrams due: trains.
    String configuration =
        Configuration.rings(1)
            .with("rings { idle = park }")
            .with("send { engine = %s }".formatted(ring ? "uring" : "auto"))
            .stream(
                "trains",
                Configuration.generator(BYTES, count),
                "{ datagrams-per-second = %d, burst = 500 ms }".formatted(RATE),
                arrivals.addresses())
            .text();
    try (DaemonProcess daemon =
        lab.startDaemon(
            name,
            without == null ? inside : without.prefixAfter(inside),
            configuration,
            List.of("--exit-when-done"))) {
      awaitPackets(link.sender(), count / 10, daemon);
      link.namespaces()
          .step(
              "ip",
              "-n",
              link.sender(),
              "link",
              "set",
              Steps.Link.SENDER_DEVICE,
              "mtu",
              "" + SMALLER_MTU);
      DaemonSummary summary = daemon.finish(Steps.PATIENCE);
      JsonNode received = arrivals.finish(Steps.LAST_ARRIVALS);
      long requests = (long) summary.ringTotal("requests");
      // The first datagrams may wait for ARP; what was refused is sent behind what was not.
      Outcome outcome = Outcome.of(name, summary, List.of(received));
      if (without != null) {
        without.expectIn(outcome, summary);
      }
      return outcome
          .expectEach(count)
          .expect(
              requests < count,
              "%d requests for %d datagrams: no trains".formatted(requests, count))
          .expect(summary.targetTotal("trains_refused") > 0, "no train was refused")
          .expect(summary.targetTotal("train_datagrams") == 1, "the target still gets trains");
    }
  }
}
