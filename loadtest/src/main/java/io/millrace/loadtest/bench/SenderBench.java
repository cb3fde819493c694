package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.ReferenceSender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures the Java daemon and the C reference in turn over a link that drops at its end. Owned by
 * one thread.
 */
public final class SenderBench {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** From the first packet to the beginning of the window. */
  private static final double WARM_UP_SECONDS = 3;

  private final Lab lab;
  private final BenchSettings settings;
  private final NetworkPair network;
  private final ReferenceSender reference;
  private final Set<String> commands = new LinkedHashSet<>();
  private String lastConfiguration = "";
  private String combinedCqe = "";

  private SenderBench(
      Lab lab, BenchSettings settings, NetworkPair network, ReferenceSender reference) {
    this.lab = lab;
    this.settings = settings;
    this.network = network;
    this.reference = reference;
  }

  /**
   * Makes the link, measures every case, and removes the link.
   *
   * @throws HarnessException if something can't be built or run
   */
  public static BenchReport run(Lab lab, BenchSettings settings) {
    lab.prepareDaemon();
    NetworkPair network = lab.keep(NetworkPair.open(lab.folder()));
    ReferenceSender reference =
        ReferenceSender.build(lab.root(), lab.folder().resolve("reference-sender"));
    SenderBench bench = new SenderBench(lab, settings, network, reference);
    List<CaseResult> results = bench.measureAll();
    return new BenchReport(
        settings,
        results,
        bench.combinedCqe,
        network.commands(),
        List.copyOf(bench.commands),
        bench.lastConfiguration);
  }

  private List<CaseResult> measureAll() {
    List<CaseResult> results = settings.cases().stream().map(CaseResult::new).toList();
    for (int round = 0; round < settings.rounds(); round++) {
      for (CaseResult result : results) {
        BenchCase benchCase = result.benchCase();
        Measurement java = measureDaemon(benchCase);
        Measurement c = measureReference(benchCase);
        result.add(java, c);
        System.err.printf(
            Locale.ROOT,
            "bench: round %d of %d, %s: Java %,.0f/s, C %,.0f/s, Java/C %.3f%n",
            round + 1,
            settings.rounds(),
            benchCase.name(),
            java.requestsPerSecond(),
            c.requestsPerSecond(),
            java.requestsPerSecond() / c.requestsPerSecond());
      }
    }
    return results;
  }

  private Measurement measureReference(BenchCase benchCase) {
    List<String> arguments = referenceArguments(benchCase);
    commands.add(String.join(" ", reference.command(network.senderPrefix(), arguments)));
    Arrivals before = network.arrived();
    try (ManagedProcess process = reference.start(network.senderPrefix(), arguments)) {
      SteadyWindow window = watch(before, process, CpuMeter.wholeProgram(process.pid()));
      process.terminate();
      Measurement measurement =
          Measurement.ofReference(ReferenceSender.report(process, PATIENCE), window);
      checkArrived(before, measurement, "the C reference");
      return measurement;
    }
  }

  private Measurement measureDaemon(BenchCase benchCase) {
    lastConfiguration = configuration(benchCase);
    Arrivals before = network.arrived();
    try (DaemonProcess daemon =
        lab.startDaemon("bench", network.senderPrefix(), lastConfiguration, List.of())) {
      SteadyWindow window =
          watch(before, daemon.process(), CpuMeter.ringThreads(daemon.process().pid()));
      daemon.process().terminate();
      DaemonSummary summary = daemon.finish(PATIENCE);
      combinedCqe = summary.json().path("combined_cqe").asText();
      Measurement measurement = Measurement.ofDaemon(summary, window);
      checkArrived(before, measurement, "the daemon");
      return measurement;
    }
  }

  private SteadyWindow watch(Arrivals before, ManagedProcess sender, CpuMeter cpu) {
    SteadyWindow.awaitTraffic(network, before, sender);
    return SteadyWindow.watch(network, sender, cpu, WARM_UP_SECONDS, settings.seconds());
  }

  /** A sender that is fast because its datagrams never leave would be no result. */
  private void checkArrived(Arrivals before, Measurement measurement, String who) {
    long arrived = network.arrived().since(before).packets();
    long sent = measurement.requests() - measurement.failed();
    if (arrived < sent) {
      throw new HarnessException(
          "%s sent %d datagrams, but only %d came to the far side".formatted(who, sent, arrived));
    }
  }

  private List<String> referenceArguments(BenchCase benchCase) {
    return new ArrayList<>(
        List.of(
            "--to",
            NetworkPair.RECEIVER_ADDRESS + ":" + BenchCase.FIRST_PORT,
            "--targets",
            String.valueOf(benchCase.targets()),
            "--size",
            String.valueOf(benchCase.bytes()),
            "--batch",
            String.valueOf(settings.batch()),
            "--cpu",
            String.valueOf(settings.cpu()),
            "--op",
            "send_zc",
            "--seconds",
            // It is told to end; this is for when nobody is left to tell it.
            String.valueOf(WARM_UP_SECONDS + settings.seconds() + PATIENCE.toSeconds())));
  }

  private String configuration(BenchCase benchCase) {
    String targets =
        IntStream.range(0, benchCase.targets())
            .mapToObj(
                i -> "\"%s:%d\"".formatted(NetworkPair.RECEIVER_ADDRESS, BenchCase.FIRST_PORT + i))
            .collect(Collectors.joining(", "));
    return """
    millrace {
      rings { cpus = [%d], batch = %d }
      send { engine = uring, zero-copy = always, gso = never }
      admin { enabled = false }
      streams {
        bench {
          source { type = generator, datagram-size = %d, sequenced = false }
          pace = unlimited
          targets = [ %s ]
        }
      }
    }
    """
        .formatted(settings.cpu(), settings.batch(), benchCase.bytes(), targets);
  }
}
