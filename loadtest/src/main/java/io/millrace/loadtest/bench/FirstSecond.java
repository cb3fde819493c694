package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a daemon sent in windows of 50 ms, from its first datagrams on, and later when it ran
 * steadily; as parts of the steady rate.
 *
 * <p>Counted at the sending device, read from the daemon's own /proc/PID/net (proc(5): the network
 * namespace of that process), because a program run in the namespace for each look would take more
 * CPU time than a window is long.
 *
 * @param steadyPerSecond packets, after five seconds
 * @param first of each window of the first second
 * @param steady of each window of the second from which the steady rate is: what the machine's
 *     noise alone does
 */
record FirstSecond(double steadyPerSecond, List<Double> first, List<Double> steady) {
  static final long WINDOW_NS = 50_000_000;
  static final int WINDOWS = 20;
  private static final long POLL_NS = 500_000;
  private static final long UNTIL_STEADY_NS = 5_000_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A device that comes up sends a few packets of its own. */
  private static final int CERTAINLY_THE_DAEMONS = 32;

  /**
   * Starts a daemon on the sending side and watches it.
   *
   * @param prefix a command to run it under, inside the namespace; may be empty
   */
  static FirstSecond measure(Lab lab, NetworkPair network, List<String> prefix) {
    List<String> command = new ArrayList<>(network.senderPrefix());
    command.addAll(prefix);
    String configuration =
        StartupBench.configuration(NetworkPair.RECEIVER_ADDRESS + ":5004", "127.0.0.1:0");
    // The device counts on from the run before; the new process can't be asked, as it is on this
    // side of the namespace's border for its first moments.
    long before = network.arrived().packets();
    try (DaemonProcess daemon = lab.startDaemon("second", command, configuration, List.of())) {
      long pid = daemon.process().pid();
      long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
      while (NetworkPair.sentBy(pid) < before + CERTAINLY_THE_DAEMONS) {
        if (System.nanoTime() - deadlineNs > 0 || daemon.process().endsWithin(Duration.ZERO)) {
          throw new HarnessException("no packet was sent:\n  " + daemon.process().tail(10));
        }
        LockSupport.parkNanos(POLL_NS);
      }
      long firstNs = System.nanoTime();
      List<Double> first = windows(pid, firstNs);
      List<Double> steady = windows(pid, firstNs + UNTIL_STEADY_NS);
      daemon.process().terminate();
      daemon.finish(PATIENCE);
      double rate = steady.stream().mapToDouble(each -> each).average().orElseThrow();
      return new FirstSecond(rate, parts(first, rate), parts(steady, rate));
    }
  }

  /** Packets per second in each window from a moment on; by the time that each look really was. */
  private static List<Double> windows(long pid, long fromNs) {
    List<Double> rates = new ArrayList<>();
    sleepUntil(fromNs);
    long lastNs = System.nanoTime();
    long last = NetworkPair.sentBy(pid);
    for (int window = 1; window <= WINDOWS; window++) {
      sleepUntil(fromNs + window * WINDOW_NS);
      long nowNs = System.nanoTime();
      long now = NetworkPair.sentBy(pid);
      rates.add((now - last) * 1e9 / (nowNs - lastNs));
      lastNs = nowNs;
      last = now;
    }
    return rates;
  }

  private static void sleepUntil(long ns) {
    for (long left = ns - System.nanoTime(); left > 0; left = ns - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static List<Double> parts(List<Double> rates, double of) {
    return rates.stream().map(rate -> rate / of).toList();
  }

  /** The lowest window of the first second. */
  double lowest() {
    return Collections.min(first);
  }

  double lowestSteady() {
    return Collections.min(steady);
  }

  /** The column of a device in /proc/PID/net/dev, or -1 where there is no such device. */
  static long sentPackets(Path netDev, String device) {
    try {
      for (String line : Files.readAllLines(netDev)) {
        String[] fields = line.strip().split("[:\\s]+", -1);
        if (fields[0].equals(device)) {
          return Long.parseLong(fields[10]);
        }
      }
      return -1;
    } catch (IOException gone) {
      throw new HarnessException("the daemon has ended: " + gone.getMessage(), gone);
    }
  }
}
