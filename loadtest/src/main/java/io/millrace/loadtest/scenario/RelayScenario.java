package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.ReceiverProcess;
import io.millrace.loadtest.harness.ReferenceSender;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A sequenced stream goes through a daemon that relays it, to 1 target and to 10, singly and in
 * trains, and arrives whole. Then as much as a relay takes, in turn through the daemon, a relay in
 * C and socat ({@link RelayRates}).
 */
final class RelayScenario implements Scenario {
  private static final int TARGETS = 10;
  private static final int BYTES = 1400;
  private static final int PER_SECOND = 4_000;
  private static final int TRAIN = 20;

  @Override
  public String name() {
    return "relay";
  }

  @Override
  public String description() {
    return "a stream relayed to 1 and 10 targets arrives whole; rates beside a relay in C and"
        + " socat";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    lab.prepareDaemon();
    ReferenceSender source =
        ReferenceSender.build(lab.root(), lab.folder().resolve("reference-sender"));
    int count = quick ? 8_000 : 40_000;
    Outcome outcome = whole(lab, source, TARGETS, 1, count);
    outcome.expectWhole((long) count * TARGETS);
    for (int[] form : new int[][] {{1, 1}, {TARGETS, TRAIN}, {1, TRAIN}}) {
      Outcome other = whole(lab, source, form[0], form[1], count);
      other.expectWhole((long) count * form[0]);
      for (String problem : other.problems()) {
        outcome.expect(false, "%d targets, trains of %d: %s".formatted(form[0], form[1], problem));
      }
    }
    RelayRates.measure(lab, source, quick, outcome);
    return outcome;
  }

  /** Through a relay, at a rate that nothing on the way should drop. */
  private Outcome whole(Lab lab, ReferenceSender source, int targets, int train, int count) {
    String label = "relay-" + targets + "-" + train;
    int port = Ffmpeg.freePort();
    int adminPort = Admin.freePort();
    try (ReceiverProcess receiver =
        Steps.receiver(
            lab, label, targets, (long) count * targets, List.of("--sequenced", "yes"))) {
      String configuration =
          Configuration.rings(1).with("buffers.slot-size = 66 KiB").admin(adminPort).stream(
                  "relay",
                  "type = udp, listen = \"127.0.0.1:%d\", datagram-size = %d"
                      .formatted(port, BYTES),
                  "= unlimited",
                  receiver.addresses())
              .text();
      try (DaemonProcess daemon = lab.startDaemon(label, List.of(), configuration, List.of())) {
        daemon.process().awaitLines(line -> line.contains("running:"), 1, Steps.PATIENCE);
        List<String> arguments = new ArrayList<>(List.of("--to", "127.0.0.1:" + port));
        arguments.addAll(List.of("--size", "" + BYTES, "--segments", "" + train));
        arguments.addAll(List.of("--count", "" + count / train, "--rate", "" + PER_SECOND));
        arguments.addAll(List.of("--op", "send", "--sequenced"));
        source.run(List.of(), arguments, Steps.PATIENCE);
        Metrics metrics = awaitRead(adminPort, count);
        daemon.process().terminate();
        DaemonSummary summary = daemon.finish(Steps.PATIENCE);
        JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
        double trains = metrics.sum("millrace_udp_source_trains_total");
        return Outcome.of(name(), summary, List.of(received))
            .figure("kernel_drops", metrics.sum("millrace_udp_source_kernel_drops_total"))
            .figure("trains", trains)
            .expect(
                (trains > 0) == (train > 1),
                "%.0f trains came in, of a sender of %d".formatted(trains, train));
      }
    }
  }

  /** Until all has come in and gone out, or for some seconds. */
  private static Metrics awaitRead(int port, long count) {
    ToDoubleFunction<Metrics> read = metrics -> metrics.sum("millrace_source_datagrams_total");
    Metrics metrics = Metrics.fetch(port);
    for (int look = 0; look < 50 && read.applyAsDouble(metrics) < count; look++) {
      PacedFlow.pause(100);
      metrics = Metrics.fetch(port);
    }
    if (read.applyAsDouble(metrics) > count) {
      throw new HarnessException("more came in than was sent");
    }
    return metrics;
  }
}
