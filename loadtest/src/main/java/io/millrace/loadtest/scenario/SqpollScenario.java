package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.List;

/**
 * A ring that a kernel thread polls: a busy stream, so that the thread is awake, and when that has
 * ended a slow one, before each datagram of which the thread has fallen asleep and must be woken.
 * Both arrive whole and in order.
 */
final class SqpollScenario implements Scenario {
  private static final int BUSY_BYTES = 1316;
  private static final int BUSY_RATE = 10_000;
  private static final int SLOW_BYTES = 64;

  /**
   * One in 50 ms, and the thread sleeps after 1 ms: the kernel rounds that up to its timer tick, 10
   * ms at most.
   */
  private static final int SLOW_RATE = 20;

  /** So much longer does the slow stream take. */
  private static final int SLOW_FACTOR = 4;

  /** Of the time, for a thread that sleeps between datagrams; one that doesn't takes all of it. */
  private static final double MOST_CPU = 0.8;

  @Override
  public String name() {
    return "sqpoll";
  }

  @Override
  public String description() {
    return "a ring polled by a kernel thread: all arrives, while that thread is busy and when it"
        + " has slept";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    int seconds = quick ? 1 : 5;
    long busy = (long) seconds * BUSY_RATE;
    long slow = (long) seconds * SLOW_FACTOR * SLOW_RATE;
    ReceiverProcess busyArrivals = Steps.receiver(lab, "sqpoll-busy", 1, busy, List.of());
    ReceiverProcess slowArrivals = Steps.receiver(lab, "sqpoll-slow", 1, slow, List.of());
    String configuration =
        Configuration.rings(1)
            .with("rings { idle = park, sqpoll { enabled = true, idle = 1 ms } }")
            .stream(
                "busy",
                Configuration.generator(BUSY_BYTES, busy),
                Configuration.datagramsPerSecond(BUSY_RATE),
                busyArrivals.addresses())
            .stream(
                "slow",
                Configuration.generator(SLOW_BYTES, slow),
                Configuration.datagramsPerSecond(SLOW_RATE),
                slowArrivals.addresses())
            .text();
    DaemonSummary summary = lab.runDaemon(name(), configuration, Steps.PATIENCE);
    List<JsonNode> received =
        List.of(busyArrivals.finish(Steps.LAST_ARRIVALS), slowArrivals.finish(Steps.LAST_ARRIVALS));
    Outcome outcome = Outcome.of(name(), summary, received).expectWhole(busy + slow);
    for (Flow flow : summary.flows()) {
      outcome.expect(
          flow.droppedDatagrams() == 0, "%s: drops %s".formatted(flow.stream(), flow.dropped()));
    }
    JsonNode poller = summary.rings().path(0).path("sqpoll");
    outcome.expect(poller.isObject(), "the ring isn't polled: " + summary.rings());
    double used = poller.path("cpu_seconds").asDouble();
    return outcome
        .figure("poller_cpu_seconds", used)
        .expect(used > 0, "the kernel thread has used no CPU time: who has sent?")
        .expect(
            used < MOST_CPU * summary.longestSeconds(),
            "the kernel thread took %.2f s of %.2f s: it doesn't sleep"
                .formatted(used, summary.longestSeconds()));
  }
}
