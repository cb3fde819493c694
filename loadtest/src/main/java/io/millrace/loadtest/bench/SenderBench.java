package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
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

  /** A run must outlast its window, also where the calibration was slow. */
  private static final double MARGIN = 1.3;

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
    List<Long> counts = results.stream().map(result -> calibrate(result.benchCase())).toList();
    for (int round = 0; round < settings.rounds(); round++) {
      for (int i = 0; i < results.size(); i++) {
        BenchCase benchCase = results.get(i).benchCase();
        long count = counts.get(i);
        Measurement java = measureDaemon(benchCase, count);
        Measurement c = measureReference(benchCase, count);
        results.get(i).add(java, c);
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

  /**
   * How many requests take the wanted time and some more: a multiple of the targets, by a short run
   * of the C sender.
   */
  private long calibrate(BenchCase benchCase) {
    List<String> arguments = referenceArguments(benchCase);
    arguments.addAll(List.of("--seconds", "0.5"));
    JsonNode report = reference.run(network.senderPrefix(), arguments, PATIENCE);
    double perSecond = report.path("requests_per_second").doubleValue();
    double runSeconds = MARGIN * (SteadyRate.WARM_UP_SECONDS + settings.seconds());
    return Math.max(1, (long) (perSecond * runSeconds) / benchCase.targets()) * benchCase.targets();
  }

  private Measurement measureReference(BenchCase benchCase, long count) {
    List<String> arguments = referenceArguments(benchCase);
    arguments.addAll(List.of("--count", String.valueOf(count)));
    commands.add(String.join(" ", reference.command(network.senderPrefix(), arguments)));
    long before = network.arrived();
    SteadyRate rate = SteadyRate.begin(network, settings.seconds());
    JsonNode report = reference.run(network.senderPrefix(), arguments, PATIENCE);
    double steadyPerSecond = rate.end();
    checkArrived(before, count, "the C reference");
    return Measurement.ofReference(report, steadyPerSecond);
  }

  private Measurement measureDaemon(BenchCase benchCase, long count) {
    lastConfiguration = configuration(benchCase, count);
    long before = network.arrived();
    SteadyRate rate = SteadyRate.begin(network, settings.seconds());
    DaemonSummary summary =
        lab.runDaemon("bench", network.senderPrefix(), lastConfiguration, PATIENCE);
    double steadyPerSecond = rate.end();
    checkArrived(before, count, "the daemon");
    combinedCqe = summary.json().path("combined_cqe").asText();
    if (summary.total(DaemonSummary.Flow::offered) != count) {
      throw new HarnessException(
          "the daemon sent %d of %d".formatted(summary.total(DaemonSummary.Flow::offered), count));
    }
    return Measurement.ofDaemon(summary, steadyPerSecond);
  }

  /** A sender that is fast because its datagrams never leave would be no result. */
  private void checkArrived(long before, long count, String who) {
    long after = network.arrived();
    if (after - before < count) {
      throw new HarnessException(
          "%s sent %d datagrams, but only %d came to the far side"
              .formatted(who, count, after - before));
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
            "send_zc"));
  }

  private String configuration(BenchCase benchCase, long count) {
    String targets =
        IntStream.range(0, benchCase.targets())
            .mapToObj(
                i -> "\"%s:%d\"".formatted(NetworkPair.RECEIVER_ADDRESS, BenchCase.FIRST_PORT + i))
            .collect(Collectors.joining(", "));
    return """
    millrace {
      rings { cpus = [%d], batch = %d }
      send { engine = uring, zero-copy = always }
      admin { enabled = false }
      streams {
        bench {
          source { type = generator, datagram-size = %d, count = %d, sequenced = false }
          pace = unlimited
          targets = [ %s ]
        }
      }
    }
    """
        .formatted(
            settings.cpu(),
            settings.batch(),
            benchCase.bytes(),
            count / benchCase.targets(),
            targets);
  }
}
