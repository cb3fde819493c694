package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.text.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Two streams with 100 targets each on one ring, one at a pace and one without a limit. One target
 * of each fails and recovers, in turn and in several ways: the others keep their rates, the failing
 * one is given up and comes back, and the books close.
 *
 * @param withoutRing io_uring is forbidden
 */
record IsolationScenario(String name, boolean withoutRing) implements Scenario {
  private static final int TARGETS = 100;
  private static final int RATE = 500;
  private static final int BYTES = 1400;
  private static final List<String> STREAMS = List.of("paced", "unlimited");

  /** Of their rate while all are well; the median of the rounds. */
  private static final double LEAST_KEPT = 0.98;

  /** Until a target that is well again is sent to again; long, for machines that stall. */
  private static final Duration RECOVERY = Duration.ofSeconds(10);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  /** More datagrams than probes that go out until then. */
  private static final int RECOVERED = 50;

  /** How many rounds, each a time when all are well and one when one isn't, and how long. */
  private record Plan(int rounds, Duration window) {
    static Plan of(TargetFailure failure, boolean quick) {
      if (quick) {
        return new Plan(1, Duration.ofMillis(500));
      }
      return failure.isSlow()
          ? new Plan(3, Duration.ofSeconds(5))
          : new Plan(5, Duration.ofMillis(1500));
    }
  }

  @Override
  public String description() {
    return (withoutRing ? "io_uring forbidden: " : "")
        + "1 of 100 targets refused, unreachable, silent and filtered: the other 99 keep %.2f of their"
            .formatted(LEAST_KEPT)
        + " rate";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    lab.prepareDaemon();
    Namespaces namespaces = lab.keep(new Namespaces());
    IsolationLink link = IsolationLink.open(lab, namespaces);
    int port = Admin.freePort();
    List<String> prefix = Namespaces.prefix(link.sender());
    if (withoutRing) {
      prefix = WithoutIoUring.of(lab).prefixAfter(prefix);
    }
    DaemonProcess daemon = lab.startDaemon(name, prefix, configuration(port), List.of());
    Admin.await(daemon.process(), port);
    Watch watch = new Watch(link, port);
    List<Round> rounds = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    String skipped = "";
    for (TargetFailure failure : TargetFailure.values()) {
      if (failure.needsFilter() && !Namespaces.hasTool("nft")) {
        skipped = "filtered and rejected were left out: apt-get install -y nftables";
        continue;
      }
      Plan plan = Plan.of(failure, quick);
      failure.prepare(namespaces, link);
      Reading before = watch.during(plan.window());
      for (int round = 0; round < plan.rounds(); round++) {
        failure.begin(namespaces, link);
        Reading failing = watch.during(plan.window());
        problems.addAll(watch.unlessGivenUp(failure, quick));
        failure.end(namespaces, link);
        Reading after = watch.during(plan.window());
        rounds.add(new Round(failure, before, failing, after));
        before = after;
      }
      problems.addAll(watch.unlessRecovered(failure));
      failure.tidy(namespaces, link);
    }
    daemon.process().terminate();
    DaemonSummary summary = daemon.finish(Steps.PATIENCE);
    long arrived = link.arrivedBytes();
    Outcome outcome = Outcome.of(name, summary, List.of());
    problems.forEach(problem -> outcome.expect(false, problem));
    if (!skipped.isEmpty()) {
      System.err.println("run: " + name + ": " + skipped);
    }
    for (Flow flow : summary.flows()) {
      if (!isBad(flow.target())) {
        outcome.expect(
            flow.droppedDatagrams() == flow.dropped("stopped"),
            "%s to %s: drops are %s".formatted(flow.stream(), flow.target(), flow.dropped()));
      }
    }
    long sentBytes = summary.total(flow -> isBad(flow.target()) ? 0 : flow.bytes());
    outcome.figure("arrived_bytes", (double) arrived);
    outcome.expect(
        arrived >= sentBytes,
        "%,d bytes came to the far end of %,d that were sent".formatted(arrived, sentBytes));
    judge(outcome, rounds, quick);
    return outcome;
  }

  private static String configuration(int port) {
    String source = "type = generator, datagram-size = %d, sequenced = true".formatted(BYTES);
    Configuration configuration = Configuration.rings(1).admin(port);
    int firstPort = 5000;
    for (String stream : STREAMS) {
      int first = firstPort;
      List<String> targets =
          IntStream.range(0, TARGETS)
              .mapToObj(
                  target ->
                      (target == TARGETS / 2
                              ? IsolationLink.BAD_ADDRESS
                              : IsolationLink.GOOD_ADDRESS)
                          + ":"
                          + (first + target))
              .toList();
      boolean paced = stream.equals("paced");
      configuration.stream(
          stream, source, paced ? Configuration.datagramsPerSecond(RATE) : "= unlimited", targets);
      firstPort += TARGETS;
    }
    return configuration.text();
  }

  private static boolean isBad(String target) {
    return target.startsWith(IsolationLink.BAD_ADDRESS + ":");
  }

  private static void judge(Outcome outcome, List<Round> rounds, boolean quick) {
    for (TargetFailure failure : TargetFailure.values()) {
      for (int stream = 0; stream < STREAMS.size(); stream++) {
        int index = stream;
        List<Double> kept =
            rounds.stream()
                .filter(round -> round.failure == failure)
                .map(round -> round.kept(index))
                .sorted()
                .toList();
        if (!kept.isEmpty()) {
          double median = kept.get(kept.size() / 2);
          String what = STREAMS.get(stream) + "_kept_while_" + failure.label();
          System.err.printf(
              Locale.ROOT,
              "run: %s: %.4f (%.4f to %.4f)%n",
              what,
              median,
              kept.getFirst(),
              kept.getLast());
          outcome.figure(what, median);
          // Half a second says nothing about a rate.
          outcome.expect(quick || median >= LEAST_KEPT, "%s: %.4f".formatted(what, median));
        }
      }
    }
  }

  /** Rates of the targets that are well, by stream. */
  private record Reading(List<Double> rates) {}

  private record Round(TargetFailure failure, Reading before, Reading failing, Reading after) {
    double kept(int stream) {
      return 2 * failing.rates.get(stream) / (before.rates.get(stream) + after.rates.get(stream));
    }
  }

  /** Looks at the daemon's counters. */
  private record Watch(IsolationLink link, int port) {
    private JsonNode targets() {
      // On one line: of what a command prints only the last lines are kept.
      String body = "{ sed -e '1,/^\\r*$/d' | tr -d '\\n'; }";
      return Json.parse(Admin.get(link.sender(), port, "/api/v1/targets", body));
    }

    /** On the streams' own clock, which is read with the counters. */
    Reading during(Duration window) {
      double[][] before = sums();
      pause(window);
      double[][] after = sums();
      List<Double> rates = new ArrayList<>();
      for (int stream = 0; stream < STREAMS.size(); stream++) {
        rates.add((after[stream][0] - before[stream][0]) / (after[stream][1] - before[stream][1]));
      }
      return new Reading(rates);
    }

    /** Datagrams and target-seconds / targets of the targets that are well. */
    private double[][] sums() {
      double[][] sums = new double[STREAMS.size()][2];
      for (JsonNode target : targets()) {
        if (!isBad(target.path("target").asText())) {
          double[] sum = sums[STREAMS.indexOf(target.path("stream").asText())];
          sum[0] += target.path("datagrams").doubleValue();
          sum[1] += target.path("seconds").doubleValue() / (TARGETS - 1);
        }
      }
      return sums;
    }

    /** What is wrong with how the failing targets are treated. */
    List<String> unlessGivenUp(TargetFailure failure, boolean quick) {
      List<String> problems = new ArrayList<>();
      for (JsonNode target : targets()) {
        boolean bad = isBad(target.path("target").asText());
        String error = target.path("last_failure").asText();
        if (bad && !(quick && failure.isSlow()) && !failure.errors().contains(error)) {
          problems.add("%s: %s says %s".formatted(failure.label(), name(target), error));
        }
        boolean open = !target.path("circuit").asText().equals("closed");
        if (!bad && open) {
          problems.add("%s: %s is given up".formatted(failure.label(), name(target)));
        }
      }
      return problems;
    }

    /** The same for those that are well again; waits for it. */
    List<String> unlessRecovered(TargetFailure failure) {
      double[] sent = sentToBad();
      long deadlineNs = System.nanoTime() + RECOVERY.toNanos();
      List<String> problems = List.of();
      do {
        pause(BETWEEN_LOOKS);
        problems = unlessMore(failure, sent, sentToBad());
      } while (!problems.isEmpty() && System.nanoTime() - deadlineNs < 0);
      return problems;
    }

    private static List<String> unlessMore(TargetFailure failure, double[] sent, double[] later) {
      List<String> problems = new ArrayList<>();
      for (int stream = 0; stream < sent.length; stream++) {
        double more = later[stream] - sent[stream];
        if (more < RECOVERED) {
          problems.add(
              "%s: the bad target of %s got %.0f datagrams afterwards"
                  .formatted(failure.label(), STREAMS.get(stream), more));
        }
      }
      return problems;
    }

    private double[] sentToBad() {
      double[] sent = new double[STREAMS.size()];
      for (JsonNode target : targets()) {
        if (isBad(target.path("target").asText())) {
          sent[STREAMS.indexOf(target.path("stream").asText())] +=
              target.path("datagrams").doubleValue();
        }
      }
      return sent;
    }

    private static String name(JsonNode target) {
      return target.path("stream").asText() + " to " + target.path("target").asText();
    }

    private static void pause(Duration duration) {
      try {
        Thread.sleep(duration);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new HarnessException("interrupted", interrupted);
      }
    }
  }
}
