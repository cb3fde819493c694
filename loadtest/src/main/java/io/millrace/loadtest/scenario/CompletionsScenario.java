package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;

/**
 * Counts completions as {@code /metrics} tells them while the daemon runs. Where the kernel
 * combines them there is one per request, elsewhere and with {@code completion = paired} two.
 */
record CompletionsScenario(String name, String completion) implements Scenario {
  /** What the machine is said to have: {@code native} or {@code emulated}; unset: not checked. */
  private static final String EXPECTED = "MILLRACE_EXPECT_COMBINED";

  private static final int RATE = 5_000;
  private static final Duration DONE_PATIENCE = Duration.ofMinutes(3);
  private static final long POLL_MS = 100;

  @Override
  public String description() {
    return "completion = %s: CQEs per request, from /metrics of the running daemon"
        .formatted(completion);
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    long count = quick ? 10_240 : 51_200;
    int port = freePort();
    ReceiverProcess receiver = Steps.receiver(lab, name, 1, count, List.of());
    String configuration =
        Configuration.rings(1)
            .admin(port)
            .with(
                "send { engine = uring, zero-copy = always, gso = never, completion = %s }"
                    .formatted(completion))
            .stream(
                "counted",
                Configuration.generator(1400, count),
                Configuration.datagramsPerSecond(RATE),
                receiver.addresses())
            .text();
    try (DaemonProcess daemon = lab.startDaemon(name, List.of(), configuration, List.of())) {
      Metrics metrics = awaitCompletions(daemon, port, count);
      daemon.process().terminate();
      DaemonSummary summary = daemon.finish(Steps.PATIENCE);
      JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
      return judge(Outcome.of(name, summary, List.of(received)).expectWhole(count), metrics);
    }
  }

  private Outcome judge(Outcome outcome, Metrics metrics) {
    String mode = metrics.label("millrace_kernel_info", "combined_cqe");
    String expected = System.getenv(EXPECTED);
    if (expected != null) {
      outcome.expect(
          mode.equals(completion.equals("paired") ? "emulated" : expected),
          "combined_cqe is " + mode + ", and " + expected + " was expected");
    }
    return outcome.expectCqes(
        metrics.sum("millrace_ring_cqes_total"),
        metrics.sum("millrace_ring_requests_total"),
        mode.equals("native"));
  }

  private static Metrics awaitCompletions(DaemonProcess daemon, int port, long count) {
    long deadlineNs = System.nanoTime() + DONE_PATIENCE.toNanos();
    String last = "";
    boolean reached = false;
    while (System.nanoTime() - deadlineNs < 0) {
      if (daemon.process().endsWithin(Duration.ofMillis(POLL_MS))) {
        throw new HarnessException("the daemon ended:\n  " + daemon.process().tail(10));
      }
      try {
        Metrics metrics = Metrics.fetch(port);
        if (reached) {
          return metrics;
        }
        // The ring counts the CQEs of a batch behind its completions: the next scrape has both.
        reached = metrics.sum("millrace_ring_completions_total") == count;
        last = metrics.sum("millrace_ring_completions_total") + " completions";
      } catch (HarnessException notYet) {
        last = String.valueOf(notYet.getMessage());
      }
    }
    throw new HarnessException("no %d completions in %s: %s".formatted(count, DONE_PATIENCE, last));
  }

  /** A TCP port that was free a moment ago. */
  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
