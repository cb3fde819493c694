package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import java.util.List;
import java.util.Locale;

/**
 * Runs every contender in turn, round after round, and keeps what each did. Owned by one thread.
 */
public final class Suite {
  /** Of what was sent, so much at least has to arrive on a link that drops nothing. */
  private static final double LEAST_DELIVERED = 0.999;

  private final SuiteContext context;
  private final SuiteSettings settings;
  private final List<Series> plan;

  private Suite(SuiteContext context) {
    this.context = context;
    this.settings = context.settings();
    this.plan = SuitePlan.of(context);
  }

  /**
   * Makes the link, runs all rounds, and leaves the link to the lab to remove.
   *
   * @throws HarnessException if nothing can be measured at all; a contender's failure is a part of
   *     the report
   */
  public static SuiteReport run(Lab lab, SuiteSettings settings) {
    lab.prepareDaemon();
    long startNs = System.nanoTime();
    SuiteContext context = SuiteContext.open(lab, settings);
    Suite suite = new Suite(context);
    for (int round = 1; round <= settings.rounds(); round++) {
      suite.runRound(round);
    }
    System.err.printf(
        Locale.ROOT, "bench: measured for %.0f s%n", (System.nanoTime() - startNs) / 1e9);
    List<String> setup = context.network().commands().stream().map(context::withoutFolder).toList();
    return new SuiteReport(settings, new Figures(suite.plan), setup, context.commands());
  }

  private void runRound(int round) {
    for (int i = 0; i < plan.size(); i++) {
      Series series = plan.get(i);
      if (series.notAvailable() != null) {
        continue;
      }
      String outcome = runOne(round, series);
      System.err.printf(
          Locale.ROOT,
          "bench: round %d of %d, %d of %d, %s, %s: %s%n",
          round,
          settings.rounds(),
          i + 1,
          plan.size(),
          series.traffic().name(),
          series.contender().name(),
          outcome);
    }
  }

  private String runOne(int round, Series series) {
    try {
      Reading reading = series.contender().measure(series.traffic());
      checkDelivered(series, reading);
      series.add(round, reading);
      return "%,.0f datagrams/s, %,.0f ns of CPU time each"
          .formatted(reading.datagramsPerSecond(), reading.cpuNs());
    } catch (NotAvailableException refusal) {
      series.setNotAvailable(context.withoutFolder(refusal.reason()));
      return "not available: " + refusal.reason();
    } catch (HarnessException failure) {
      series.fail(context.withoutFolder(String.valueOf(failure.getMessage())));
      return "FAILED: " + failure.getMessage();
    }
  }

  /** A sender that is fast because its datagrams never leave would be no result. */
  private static void checkDelivered(Series series, Reading reading) {
    boolean link = series.traffic().section() != Traffic.Section.LOOPBACK;
    if (link && reading.deliveredShare() < LEAST_DELIVERED) {
      throw new HarnessException(
          "sent %,d datagrams, but only %,d came to the far side"
              .formatted(reading.sent(), reading.arrived()));
    }
    if (reading.datagrams() == 0) {
      throw new HarnessException("no datagram in the window");
    }
  }
}
