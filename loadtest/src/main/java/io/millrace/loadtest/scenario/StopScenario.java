package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import io.millrace.loadtest.text.Json;
import java.time.Duration;
import java.util.List;

/**
 * A stop whose requests don't complete: one target is behind a queue that lets through a datagram
 * every ten seconds, and the kernel keeps the buffers of those in it. The daemon waits for them as
 * long as rings.drain-timeout says, ends, and reports what it gave up, by stream, target and
 * reason; the other target has got everything. A second signal ends a long drain at once.
 */
final class StopScenario implements Scenario {
  private static final int RATE = 200;
  private static final int BYTES = 1400;
  private static final String STUCK = "10.201.80.2:7000";
  private static final double DRAIN_SECONDS = 1;
  private static final double MOST_SECONDS = 5;
  private static final Duration AT_ONCE = Duration.ofSeconds(5);
  private static final int EXIT_BY_SIGTERM = 128 + 15;

  @Override
  public String name() {
    return "stop";
  }

  @Override
  public String description() {
    return "a stop with a target that never completes is bounded, and says what it dropped";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    Steps.Link link = Steps.Link.open(lab);
    try {
      buildSlowPath(link);
    } catch (HarnessException refused) {
      return Outcome.skipped(
          name(), "neither fq nor tbf here (sch_fq, sch_tbf): " + refused.getMessage());
    }
    ReceiverProcess receiver = receiver(lab, link);
    List<String> targets = List.of(STUCK, receiver.addresses().getFirst());
    JsonNode ended = endAtSecondSignal(lab, link, targets);

    DaemonProcess daemon = start(lab, link, targets, (int) DRAIN_SECONDS + " s");
    pause(2000);
    daemon.process().terminate();
    DaemonSummary summary = daemon.finish(Steps.PATIENCE);
    JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
    JsonNode stop = summary.json().path("stop");
    double seconds = stop.path("seconds").doubleValue();
    String log = String.join("\n", daemon.process().lines());
    Outcome outcome = Outcome.unfinished(name(), summary, List.of(received));
    long stuck = 0;
    for (DaemonSummary.Flow flow : summary.flows()) {
      boolean isStuck = flow.target().equals(STUCK);
      stuck += isStuck ? flow.dropped("stopped") : 0;
      outcome.expect(
          isStuck || flow.droppedDatagrams() == 0, "the other target has drops: " + flow.dropped());
    }
    long givenUp = stuck;
    outcome
        .figure("stop_seconds", seconds)
        .figure("given_up", (double) stuck)
        .figure("second_signal_seconds", ended.path("seconds").doubleValue())
        .expect(stuck > 0, "nothing was given up at the stop: the path isn't slow")
        .expect(
            seconds >= DRAIN_SECONDS && seconds < MOST_SECONDS,
            "it stopped after %.1f s, with a drain-timeout of %.0f s"
                .formatted(seconds, DRAIN_SECONDS))
        .expect(
            stop.path("dropped").size() == 1
                && stop.at("/dropped/0/target").asText().equals(STUCK)
                && stop.at("/dropped/0/stopped").longValue() == stuck,
            "the summary says of the stop: " + stop)
        .expect(
            log.lines()
                .anyMatch(
                    line ->
                        line.contains("stream both to " + STUCK + ": ")
                            && line.contains(givenUp + " stopped")),
            "the log doesn't say what was dropped: " + daemon.process().tail(6))
        .expect(
            ended.path("seconds").doubleValue() < AT_ONCE.toSeconds()
                && ended.path("exit").intValue() == EXIT_BY_SIGTERM,
            "a second signal in a drain of ten minutes: " + ended);
    return outcome;
  }

  /** Of two runs of the daemon, and the time between them. */
  private static ReceiverProcess receiver(Lab lab, Steps.Link link) {
    return Steps.receiver(
        lab,
        "stop",
        Namespaces.prefix(link.receiver()),
        "10.201.78.2:0",
        1,
        Long.MAX_VALUE,
        List.of("--sequenced", "no", "--idle-timeout", "60s"));
  }

  private static DaemonProcess start(
      Lab lab, Steps.Link link, List<String> targets, String drainTimeout) {
    String configuration =
        Configuration.rings(1)
            .with("rings { drain-timeout = %s }".formatted(drainTimeout))
            .with("send { engine = uring, zero-copy = always, gso = never }")
            .stream(
                "both",
                "type = generator, datagram-size = %d, sequenced = true".formatted(BYTES),
                Configuration.datagramsPerSecond(RATE),
                targets)
            .text();
    DaemonProcess daemon =
        lab.startDaemon("stop", Namespaces.prefix(link.sender()), configuration, List.of());
    daemon.process().awaitLines(line -> line.contains("running: "), 1, Steps.PATIENCE);
    return daemon;
  }

  private static JsonNode endAtSecondSignal(Lab lab, Steps.Link link, List<String> targets) {
    DaemonProcess daemon = start(lab, link, targets, "10 m");
    pause(1000);
    daemon.process().terminate();
    daemon.process().awaitLines(line -> line.contains("stopping"), 1, AT_ONCE);
    pause(200);
    long beganNs = System.nanoTime();
    daemon.process().terminate();
    int exit = daemon.process().awaitExit(AT_ONCE);
    return Json.object().put("exit", exit).put("seconds", (System.nanoTime() - beganNs) / 1e9);
  }

  /** A second link, behind a queue from which next to nothing leaves. */
  private static void buildSlowPath(Steps.Link link) {
    Namespaces namespaces = link.namespaces();
    String silent = namespaces.add("silent");
    namespaces.link(link.sender(), "slow0", silent, "rx0", 1500);
    namespaces.address(link.sender(), "slow0", "10.201.80.1/24");
    namespaces.address(silent, "rx0", "10.201.80.2/24");
    namespaces.step(
        "ip -n %s neighbour replace 10.201.80.2 lladdr %s nud permanent dev slow0"
            .formatted(link.sender(), namespaces.macOf(silent, "rx0"))
            .split(" ", -1));
    try {
      queue(link, "fq limit 20000 flow_limit 20000 maxrate 1kbit");
    } catch (HarnessException noFq) {
      queue(link, "tbf limit 64mb burst 1600 rate 1kbit");
    }
  }

  private static void queue(Steps.Link link, String discipline) {
    link.namespaces()
        .inside(link.sender(), ("tc qdisc add dev slow0 root " + discipline).split(" ", -1));
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }
}
