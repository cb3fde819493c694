package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import java.time.Duration;
import java.util.List;

/** The daemon in one mode, with datagrams from one kind of source. */
record DaemonContender(SuiteContext context, Mode mode, Payload payload) implements Contender {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int BAD_CONFIGURATION = 2;
  private static final int ENVIRONMENT_REFUSES = 3;
  private static final int LONGEST_RECORD = 700;

  /** Fewer datagrams per packet than that is no train. */
  private static final double LEAST_TRAIN = 1.5;

  /** With what costs least to come by. */
  DaemonContender(SuiteContext context, Mode mode) {
    this(context, mode, Payload.STATIC);
  }

  @Override
  public String name() {
    String name = "Java: " + mode.label();
    return payload == Payload.STATIC ? name : name + ", " + payload.label();
  }

  @Override
  public Family family() {
    return Family.JAVA;
  }

  @Override
  public Reading measure(Traffic traffic) throws NotAvailableException {
    SuiteSettings settings = context.settings();
    NetworkPair network = context.network();
    if (traffic.rings() > 1 && settings.otherCpu() < 0) {
      throw new NotAvailableException("two rings need two CPUs");
    }
    settings.throwIfNoCpuFor(mode);
    String configuration =
        DaemonConfiguration.of(
            mode,
            traffic,
            settings,
            NetworkPair.RECEIVER_ADDRESS,
            BenchCase.FIRST_PORT,
            payload.source(traffic.bytes(), "", context.lab().folder()));
    record(traffic, configuration);
    Arrivals before = network.arrived();
    try (DaemonProcess daemon =
        context.lab().startDaemon("suite", network.senderPrefix(), configuration, List.of())) {
      SteadyWindow window = watch(daemon, before);
      daemon.process().terminate();
      DaemonSummary summary = daemon.finish(PATIENCE);
      long sent = summary.total(DaemonSummary.Flow::datagrams);
      long arrived = network.arrivedSince(before, traffic.bytes(), sent);
      Reading reading = Reading.of(window, traffic.bytes(), sent, arrived, failed(summary));
      checkTrain(mode, reading.datagramsPerRequest());
      if (mode.train()) {
        context.trains().daemonUsed(traffic.bytes(), reading.datagramsPerRequest());
      }
      return reading;
    }
  }

  void record(Traffic traffic, String configuration) {
    String text = configuration.strip().replaceAll("\\s+", " ");
    boolean fits = text.length() <= LONGEST_RECORD;
    context.record(
        this,
        traffic,
        "millrace run: " + (fits ? text : text.substring(0, LONGEST_RECORD) + " ..."));
  }

  private SteadyWindow watch(DaemonProcess daemon, Arrivals before) throws NotAvailableException {
    try {
      SteadyWindow.awaitTraffic(context.network(), before, daemon.process());
      return SteadyWindow.watch(
          context.network(),
          daemon.process(),
          CpuMeter.ringThreads(daemon.process().pid()),
          context.settings().daemonWarmUpSeconds(),
          context.settings().seconds());
    } catch (HarnessException failure) {
      throwIfRefused(daemon);
      throw failure;
    }
  }

  /** What it refuses is its answer; any other end is a failure. */
  static void throwIfRefused(DaemonProcess daemon) throws NotAvailableException {
    if (!daemon.process().endsWithin(Duration.ZERO)) {
      return;
    }
    int exit = daemon.process().awaitExit(PATIENCE);
    if (exit == BAD_CONFIGURATION || exit == ENVIRONMENT_REFUSES) {
      throw new NotAvailableException(
          "the daemon refuses (exit %d): %s".formatted(exit, daemon.process().tail(2)));
    }
  }

  /** What was still to go to some of the targets at the end was never a request. */
  static long failed(DaemonSummary summary) {
    return summary.total(flow -> flow.droppedDatagrams() - flow.dropped("stopped"));
  }

  /** A daemon that takes the setting but sends singles is no contender in trains. */
  static void checkTrain(Mode mode, double datagramsPerRequest) throws NotAvailableException {
    if (mode.train() && datagramsPerRequest < LEAST_TRAIN) {
      throw new NotAvailableException("gso = auto, but the daemon sent single datagrams");
    }
  }
}
