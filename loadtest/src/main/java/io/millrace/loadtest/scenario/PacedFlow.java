package io.millrace.loadtest.scenario;

import io.millrace.loadtest.bench.Arrivals;
import io.millrace.loadtest.bench.NetworkPair;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.RunTimes;
import io.millrace.loadtest.harness.ThreadTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A daemon that sends paced streams without an end over a link whose far side counts and drops.
 * Owned by one thread.
 */
final class PacedFlow implements AutoCloseable {
  /** In a namespace of our own, every port is free. */
  private static final int ADMIN_PORT = 9464;

  private static final Duration BEGIN_PATIENCE = Duration.ofSeconds(30);
  private static final long POLL_MS = 50;

  /** Of the first stream; the others follow. */
  static final int FIRST_PORT = 5000;

  private static final double NS_PER_SECOND = 1e9;

  private final NetworkPair network;
  private final DaemonProcess daemon;
  private final Arrivals before;
  private final int datagramBytes;

  /**
   * How much had arrived, and when.
   *
   * @param ns of System.nanoTime; asking takes milliseconds, and this is half-way
   */
  record Look(long ns, long datagrams) {
    double secondsSince(Look earlier) {
      return (ns - earlier.ns) / NS_PER_SECOND;
    }

    double perSecondSince(Look earlier) {
      return (datagrams - earlier.datagrams) / secondsSince(earlier);
    }
  }

  private PacedFlow(NetworkPair network, DaemonProcess daemon, Arrivals before, int datagramBytes) {
    this.network = network;
    this.daemon = daemon;
    this.before = before;
    this.datagramBytes = datagramBytes;
  }

  /** Starts streams of one pace, and waits for their first datagrams. */
  static PacedFlow start(
      Lab lab, NetworkPair network, String name, String idle, int streams, int bytes, String pace) {
    return start(lab, network, List.of(), name, idle, streams, bytes, pace);
  }

  /**
   * The same.
   *
   * @param under a command to run the daemon under: {@link RingCpu#daemonPrefix}
   */
  static PacedFlow start(
      Lab lab,
      NetworkPair network,
      List<String> under,
      String name,
      String idle,
      int streams,
      int bytes,
      String pace) {
    Configuration configuration =
        Configuration.rings(1).admin(ADMIN_PORT).with("rings { idle = %s }".formatted(idle));
    for (int stream = 0; stream < streams; stream++) {
      configuration.stream(
          "paced-" + stream,
          "type = generator, datagram-size = %d, sequenced = true".formatted(bytes),
          pace,
          List.of(NetworkPair.RECEIVER_ADDRESS + ":" + (FIRST_PORT + stream)));
    }
    Arrivals before = network.arrived();
    List<String> prefix = new ArrayList<>(network.senderPrefix());
    prefix.addAll(under);
    DaemonProcess daemon = lab.startDaemon(name, prefix, configuration.text(), List.of());
    PacedFlow flow = new PacedFlow(network, daemon, before, bytes);
    long deadlineNs = System.nanoTime() + BEGIN_PATIENCE.toNanos();
    while (network.arrived().packets() < before.packets() + 10) {
      if (System.nanoTime() - deadlineNs > 0 || daemon.process().endsWithin(Duration.ZERO)) {
        throw new HarnessException("nothing was sent:\n  " + daemon.process().tail(10));
      }
      pause(POLL_MS);
    }
    return flow;
  }

  Look look() {
    long before = System.nanoTime();
    Arrivals arrivals = network.arrived();
    long after = System.nanoTime();
    return new Look(before + (after - before) / 2, arrivals.datagrams(datagramBytes));
  }

  /** What has come to the far side since before the daemon was started. */
  long arrivedDatagrams() {
    return network.arrived().since(before).datagrams(datagramBytes);
  }

  /** The samples of a metric. */
  Metrics metrics(String name) {
    return Metrics.fetch(network.sender(), ADMIN_PORT, name);
  }

  /** What the ring's thread has done so far. */
  RunTimes ringTimes() {
    return RunTimes.ofRing(daemon.process());
  }

  /** CPU time of all threads of the daemon so far. */
  ThreadTimes processTimes() {
    return ThreadTimes.ofProcesses(daemon.process().pid());
  }

  /** How long the ring's thread could have run so far and didn't, as its CPU was taken: seconds. */
  double waitedSeconds() {
    return waitedSeconds(daemon);
  }

  /** The same of a daemon with one ring. */
  static double waitedSeconds(DaemonProcess daemon) {
    return RunTimes.ofRing(daemon.process()).waitedSeconds();
  }

  /** Stops the whole daemon for a time; returns how long it was, in seconds. */
  double stall(Duration time) {
    String pid = String.valueOf(daemon.process().pid());
    ManagedProcess.run(List.of("kill", "-STOP", pid));
    long begin = System.nanoTime();
    pause(time.toMillis());
    ManagedProcess.run(List.of("kill", "-CONT", pid));
    return (System.nanoTime() - begin) / NS_PER_SECOND;
  }

  static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  DaemonSummary finish() {
    daemon.process().terminate();
    return daemon.finish(Steps.PATIENCE);
  }

  @Override
  public void close() {
    daemon.close();
  }
}
