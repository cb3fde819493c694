package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.ReceiverProcess;
import io.millrace.loadtest.harness.ThreadTimes;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The daemon or the C reference against {@code loadtest/receive} over loopback, a core each: what
 * counts is what the receiver got. Of the whole run, start included.
 */
record LoopbackContender(SuiteContext context, Contender sender) implements Contender {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Single datagrams per second of window: more than one core sends. */
  private static final double COUNT_PER_SECOND = 600_000;

  /** What the sender did, by its own count. */
  private record Sent(long datagrams, long requests, long failed, ThreadTimes cpu) {}

  @Override
  public String name() {
    return sender.name();
  }

  @Override
  public Family family() {
    return sender.family();
  }

  @Override
  public @Nullable Mode mode() {
    return sender.mode();
  }

  @Override
  public Reading measure(Traffic traffic) throws NotAvailableException {
    int receiverCpu = context.settings().otherCpu();
    if (receiverCpu < 0) {
      throw new NotAvailableException("sender and receiver need a CPU each");
    }
    List<String> options =
        List.of(
            "--listen",
            "127.0.0.1:0",
            "--cpu",
            String.valueOf(receiverCpu),
            "--idle-timeout",
            "500ms",
            "--max-seconds",
            "60s");
    try (ReceiverProcess receiver =
        context.lab().startReceiver("suite-receiver", List.of(), 1, options)) {
      String[] address = receiver.addresses().getFirst().split(":", -1);
      Sent sent = send(traffic, address[0], Integer.parseInt(address[1]));
      return reading(sent, receiver.finish(PATIENCE));
    }
  }

  private Sent send(Traffic traffic, String host, int port) throws NotAvailableException {
    return switch (sender) {
      case DaemonContender daemon -> java(daemon, traffic, host, port);
      case ReferenceContender reference -> c(reference, traffic, host, port);
      default ->
          throw new NotAvailableException("only the daemon and the C reference are compared");
    };
  }

  /** So many that it takes a second or more; both send as many. */
  private long count() {
    return Math.round(COUNT_PER_SECOND * context.settings().seconds());
  }

  private Sent java(DaemonContender daemon, Traffic traffic, String host, int port)
      throws NotAvailableException {
    String configuration =
        DaemonConfiguration.of(
            daemon.mode(),
            traffic,
            context.settings(),
            host,
            port,
            daemon
                .payload()
                .source(traffic.bytes(), " count = " + count() + ",", context.lab().folder()));
    daemon.record(traffic, configuration);
    try (DaemonProcess process =
        context
            .lab()
            .startDaemon("loopback", List.of(), configuration, List.of("--exit-when-done"))) {
      DaemonSummary summary = finish(process);
      Sent sent =
          new Sent(
              summary.total(DaemonSummary.Flow::datagrams),
              (long) summary.ringTotal("requests"),
              DaemonContender.failed(summary),
              new ThreadTimes(
                  summary.ringTotal("user_seconds"), summary.ringTotal("system_seconds")));
      DaemonContender.checkTrain(daemon.mode(), (double) sent.datagrams() / sent.requests());
      return sent;
    }
  }

  private static DaemonSummary finish(DaemonProcess process) throws NotAvailableException {
    try {
      return process.finish(PATIENCE);
    } catch (HarnessException failure) {
      DaemonContender.throwIfRefused(process);
      throw failure;
    }
  }

  private Sent c(ReferenceContender reference, Traffic traffic, String host, int port)
      throws NotAvailableException {
    reference.throwIfNotCombined();
    boolean train = reference.mode().train();
    long requests = train ? count() / context.trains().of(traffic.bytes()) : count();
    List<String> arguments = reference.arguments(traffic, host, port);
    arguments.addAll(List.of("--count", String.valueOf(requests)));
    context.record(
        this, traffic, String.join(" ", context.reference().command(List.of(), arguments)));
    JsonNode report = context.reference().run(List.of(), arguments, PATIENCE);
    return new Sent(
        report.path("datagrams").longValue(),
        report.path("requests").longValue(),
        report.path("errors").longValue(),
        new ThreadTimes(
            report.path("user_seconds").doubleValue(),
            report.path("system_seconds").doubleValue()));
  }

  private static Reading reading(Sent sent, JsonNode received) {
    long datagrams = received.path("datagrams").longValue();
    // So many of the requests arrived, if all trains are of a length.
    long requests = sent.datagrams() == 0 ? 0 : datagrams * sent.requests() / sent.datagrams();
    return new Reading(
        received.path("seconds").doubleValue(),
        datagrams,
        requests,
        sent.cpu(),
        sent.datagrams(),
        sent.datagrams(),
        datagrams,
        sent.failed());
  }
}
