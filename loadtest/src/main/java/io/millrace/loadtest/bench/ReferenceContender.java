package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.ReferenceSender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The C reference in one mode.
 *
 * @param sharedSocket one unconnected socket for all targets, instead of a connected one for each
 */
record ReferenceContender(SuiteContext context, Mode mode, boolean sharedSocket)
    implements Contender {
  /** Datagrams that one of several targets gets before the next has its turn. */
  private static final int RUN = 8;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "C: " + mode.label() + (sharedSocket ? ", shared socket" : "");
  }

  @Override
  public Family family() {
    return Family.C;
  }

  @Override
  public Reading measure(Traffic traffic) throws NotAvailableException {
    NetworkPair network = context.network();
    throwIfNotCombined();
    context.settings().throwIfNoCpuFor(mode);
    List<String> arguments = arguments(traffic, NetworkPair.RECEIVER_ADDRESS, BenchCase.FIRST_PORT);
    ReferenceSender reference = context.reference();
    context.record(
        this, traffic, String.join(" ", reference.command(network.senderPrefix(), arguments)));
    Arrivals before = network.arrived();
    try (ManagedProcess process = reference.start(network.senderPrefix(), arguments)) {
      SteadyWindow.awaitTraffic(network, before, process);
      SteadyWindow window =
          SteadyWindow.watch(
              network,
              process,
              CpuMeter.wholeProgram(process.pid()),
              SuiteSettings.NATIVE_WARM_UP_SECONDS,
              context.settings().seconds());
      process.terminate();
      JsonNode report = ReferenceSender.report(process, PATIENCE);
      long sent = report.path("datagrams").longValue();
      return Reading.of(
          window,
          traffic.bytes(),
          sent,
          network.arrivedSince(before, traffic.bytes(), sent),
          report.path("errors").longValue());
    }
  }

  /** It would send on and count errors; so one datagram tells first. */
  void throwIfNotCombined() throws NotAvailableException {
    if (!mode.combined()) {
      return;
    }
    List<String> one =
        List.of("--to", "127.0.0.1:9", "--size", "64", "--count", "1", "--combine-bit");
    List<String> arguments = new ArrayList<>(one);
    arguments.add(String.valueOf(context.settings().combineBit()));
    JsonNode report = context.reference().run(List.of(), arguments, PATIENCE);
    if (report.path("errors").longValue() != 0 || report.path("cqes").longValue() != 1) {
      throw new NotAvailableException(
          "this kernel has no combined completions (bit %d: %s, %d CQEs); deploy/kernel has the patch"
              .formatted(
                  context.settings().combineBit(),
                  report.path("first_error").asText("no error"),
                  report.path("cqes").longValue()));
    }
  }

  List<String> arguments(Traffic traffic, String host, int port) {
    SuiteSettings settings = context.settings();
    List<String> arguments = new ArrayList<>(List.of("--to", host + ":" + port));
    arguments.addAll(List.of("--targets", String.valueOf(traffic.targets())));
    arguments.addAll(List.of("--size", String.valueOf(traffic.bytes())));
    arguments.addAll(List.of("--batch", String.valueOf(settings.batch())));
    arguments.addAll(List.of("--cpu", String.valueOf(settings.cpu())));
    arguments.addAll(
        mode.referenceOptions(
            context.trains().of(traffic.bytes()), settings.combineBit(), settings.otherCpu()));
    // Where nothing holds it back, as the daemon does it (StreamSubmitter). With sendmmsg each call
    // is a run already.
    if (traffic.targets() > 1 && mode.means() != Mode.Means.SENDMMSG) {
      arguments.addAll(List.of("--run", String.valueOf(RUN)));
    }
    if (sharedSocket) {
      arguments.add("--shared-socket");
    }
    // It is told to end; this is for when nobody is left to tell it.
    arguments.addAll(List.of("--seconds", String.valueOf(settings.seconds() + 60)));
    return arguments;
  }
}
