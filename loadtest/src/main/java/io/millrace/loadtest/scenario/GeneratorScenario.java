package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.List;

/**
 * One stream to one target at a steady pace: everything arrives, once, in order, and at that pace.
 */
final class GeneratorScenario implements Scenario {
  private static final int RATE = 20_000;

  /**
   * A pacer must never run ahead; on a busy machine it may fall behind, and gives up what is beyond
   * its burst.
   */
  private static final double MOST_OF_RATE = 1.02;

  private static final double LEAST_OF_RATE = 0.9;

  @Override
  public String name() {
    return "generator";
  }

  @Override
  public String description() {
    return "a sequenced stream of 1400-byte datagrams at 20,000/s arrives whole, in order, at its"
        + " pace";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    long count = quick ? 60_000 : 100_000;
    ReceiverProcess receiver = Steps.receiver(lab, "generator", 1, count, List.of());
    String configuration =
        Configuration.rings(1).stream(
                "steady",
                Configuration.generator(1400, count),
                // On a loaded machine the sender doesn't get its turn in time; it then makes up for
                // it.
                "{ datagrams-per-second = %d, burst = 500 ms }".formatted(RATE),
                receiver.addresses())
            .text();
    DaemonSummary sender = lab.runDaemon("generator", configuration, Steps.PATIENCE);
    JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
    Outcome outcome = Outcome.of(name(), sender, List.of(received)).expectWhole(count);
    double rate = received.path("datagrams_per_second").doubleValue();
    return outcome.expect(
        rate > LEAST_OF_RATE * RATE && rate < MOST_OF_RATE * RATE,
        "%.0f datagrams/s instead of %d".formatted(rate, RATE));
  }
}
