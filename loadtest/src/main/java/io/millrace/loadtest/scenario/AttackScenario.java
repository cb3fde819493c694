package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.bench.Median;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.Attacker;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.ReceiverProcess;
import io.millrace.loadtest.harness.ServerCertificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A paced stream in windows in which its admin server is left in peace and attacked, in turn: the
 * stream keeps its rate and its time. Attacker and receiver stay off the ring's CPU, as if they
 * were on other machines.
 */
final class AttackScenario implements Scenario {
  private static final int RATE = 20_000;
  private static final int BYTES = 1000;
  private static final int FULL_PAIRS = 5;
  private static final int QUICK_PAIRS = 2;
  private static final long WINDOW_MS = 2000;
  private static final double KEPT = 0.99;

  /** A machine that stalls for 0.1 s takes 2.5 % of a short form's time. */
  private static final double QUICK_KEPT = 0.95;

  /** Of the ninety-ninth percentile: a bucket of the histogram is twice the one before. */
  private static final double MOST_LATE_SECONDS = 0.066;

  /**
   * The part of the time in peace that the ring may wait for its CPU. Where it waits for longer,
   * something else than the attack takes its CPU away, and the attack isn't judged.
   */
  private static final double MOST_WAITED = 0.01;

  private static final Duration SCRAPE_PATIENCE = Duration.ofSeconds(20);

  /** What was sent by then. */
  private record Look(long ns, Metrics metrics) {
    double perSecondSince(Look earlier) {
      String sent = "millrace_target_datagrams_total";
      return (metrics.sum(sent) - earlier.metrics.sum(sent)) / ((ns - earlier.ns) / 1e9);
    }

    double lateSince(Look earlier) {
      return metrics.since(earlier.metrics).quantile("millrace_stream_lateness_seconds", 0.99);
    }
  }

  private final boolean tls;
  private @Nullable ServerCertificate certificate;

  AttackScenario(boolean tls) {
    this.tls = tls;
  }

  @Override
  public String name() {
    return tls ? "attack-tls" : "attack";
  }

  @Override
  public String description() {
    return tls
        ? "the same over TLS, with handshakes that nobody means to end"
        : "a thousand bad connections to the admin server: a paced stream keeps its rate";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    lab.prepareDaemon();
    Configuration onTheLast = Configuration.rings(1);
    try (RingCpu ringCpu = RingCpu.clear()) {
      return ringCpu.isShared()
          ? Outcome.skipped(name(), "one CPU: the attacker would take it from the ring")
          : run(lab, quick, onTheLast, ringCpu);
    }
  }

  private Outcome run(Lab lab, boolean quick, Configuration configuration, RingCpu ringCpu) {
    ReceiverProcess receiver =
        Steps.receiver(
            lab,
            name(),
            1,
            Long.MAX_VALUE,
            List.of("--sequenced", "yes", "--receive-buffer", "67108864"));
    int port = Admin.freePort();
    ServerCertificate own = tls ? ServerCertificate.make(lab.folder(), name()) : null;
    certificate = own;
    Configuration listening = configuration.admin(port).with("admin.control = true");
    if (own != null) {
      listening.with(
          "admin.tls { certificate = \"%s\", key = \"%s\" }".formatted(own.file(), own.key()));
    }
    String text =
        listening.stream(
                "paced",
                "type = generator, datagram-size = %d, sequenced = true".formatted(BYTES),
                Configuration.datagramsPerSecond(RATE),
                receiver.addresses())
            .text();
    DaemonProcess daemon = lab.startDaemon(name(), ringCpu.daemonPrefix(), text, List.of());
    var _ = Admin.await(daemon.process(), port);
    List<Double> peaceful = new ArrayList<>();
    List<Double> attacked = new ArrayList<>();
    List<Double> peacefulLate = new ArrayList<>();
    List<Double> attackedLate = new ArrayList<>();
    long connections = 0;
    double waited = 0;
    int pairs = quick ? QUICK_PAIRS : FULL_PAIRS;
    Look before = look(port);
    for (int pair = 0; pair < pairs; pair++) {
      waited -= PacedFlow.waitedSeconds(daemon);
      PacedFlow.pause(WINDOW_MS);
      waited += PacedFlow.waitedSeconds(daemon);
      Look between = look(port);
      peaceful.add(between.perSecondSince(before));
      peacefulLate.add(between.lateSince(before));
      try (Attacker attacker = attacker(port)) {
        PacedFlow.pause(WINDOW_MS);
        connections += attacker.connections();
      }
      before = look(port);
      attacked.add(before.perSecondSince(between));
      attackedLate.add(before.lateSince(between));
    }
    daemon.process().terminate();
    DaemonSummary summary = daemon.finish(Steps.PATIENCE);
    JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
    Outcome outcome = Outcome.of(name(), summary, List.of(received));
    double kept = Median.of(attacked) / Median.of(peaceful);
    double late = Median.of(attackedLate);
    outcome
        .figure("connections", (double) connections)
        .figure("peaceful_datagrams_per_second", Median.of(peaceful))
        .figure("attacked_datagrams_per_second", Median.of(attacked))
        .figure("kept", kept)
        .figure("peaceful_late_p99_seconds", Median.of(peacefulLate))
        .figure("attacked_late_p99_seconds", late);
    System.err.printf(
        "run: %s: %d connections; %.0f datagrams/s in peace, %.0f attacked (%.4f); 99 %% less"
            + " than %.6f s late in peace, %.6f attacked%n",
        name(),
        connections,
        Median.of(peaceful),
        Median.of(attacked),
        kept,
        Median.of(peacefulLate),
        late);
    double peaceSeconds = pairs * WINDOW_MS / 1e3;
    boolean busy = waited > MOST_WAITED * peaceSeconds;
    if (busy) {
      System.err.printf(
          "run: %s: the rate is not judged: in peace the ring waited for its CPU for %.2f of"
              + " %.0f s%n",
          name(), waited, peaceSeconds);
    }
    outcome
        .figure("peaceful_waited_for_cpu_seconds", waited)
        .expect(
            busy || kept >= (quick ? QUICK_KEPT : KEPT),
            "attacked, it kept %.4f of its rate".formatted(kept))
        .expect(
            busy || late <= MOST_LATE_SECONDS, "1 %% are more than %.6f s late".formatted(late));
    outcome.expect(
        connections > pairs * 500L,
        "only %d connections: that was no attack".formatted(connections));
    return outcome;
  }

  private Attacker attacker(int port) {
    return certificate == null
        ? Attacker.start(port)
        : Attacker.start(port, certificate.trusting());
  }

  private Metrics fetch(int port) {
    return certificate == null ? Metrics.fetch(port) : Metrics.fetch(port, certificate.trusting());
  }

  /** As soon as the server has room for the question. */
  private Look look(int port) {
    long deadlineNs = System.nanoTime() + SCRAPE_PATIENCE.toNanos();
    while (true) {
      try {
        long beganNs = System.nanoTime();
        Metrics metrics = fetch(port);
        return new Look(beganNs + (System.nanoTime() - beganNs) / 2, metrics);
      } catch (HarnessException refused) {
        if (System.nanoTime() - deadlineNs > 0) {
          throw refused;
        }
        PacedFlow.pause(50);
      }
    }
  }
}
