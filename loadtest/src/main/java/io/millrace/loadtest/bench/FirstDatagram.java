package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.ThreadTimes;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One start of a daemon, up to its first datagram at a socket on loopback. Beside the time that it
 * took stands the CPU time, which tells two versions apart on a machine that does other things too.
 *
 * @param ms from exec
 * @param cpuMs CPU time of all threads until then, in steps of 10 ms; the launcher's own is in it
 * @param compilersMs the part of it that the JVM's compilers took
 */
record FirstDatagram(double ms, double cpuMs, double compilersMs) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final double MS_PER_SECOND = 1e3;

  /**
   * Starts a daemon, and ends it after its first datagram.
   *
   * @param prefix a command to run it under; may be empty
   * @throws HarnessException if none comes
   */
  static FirstDatagram measure(Lab lab, List<String> prefix) {
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String target = "127.0.0.1:" + socket.getLocalPort();
      String configuration = StartupBench.configuration(target, "127.0.0.1:0");
      DatagramPacket datagram = new DatagramPacket(new byte[2048], 2048);
      long execNs = System.nanoTime();
      try (DaemonProcess daemon = lab.startDaemon("first", prefix, configuration, List.of())) {
        long arrivedNs = await(socket, datagram, daemon);
        long pid = daemon.process().pid();
        FirstDatagram start =
            new FirstDatagram(
                (arrivedNs - execNs) / 1e6,
                cpuMs(ThreadTimes.ofProcesses(pid)),
                cpuMs(ThreadTimes.ofThreads(pid, "C1 Compiler"))
                    + cpuMs(ThreadTimes.ofThreads(pid, "C2 Compiler")));
        daemon.process().terminate();
        daemon.finish(PATIENCE);
        return start;
      }
    } catch (IOException failure) {
      throw new HarnessException("a socket on 127.0.0.1: " + failure.getMessage(), failure);
    }
  }

  /**
   * Milliseconds of what no daemon can do without: the launcher, and a JVM with the same options
   * and cache that loads the main class and ends.
   *
   * @param prefix a command to run it under, with {@code --dry-run} in MILLRACE_JAVA_OPTS
   */
  static double idleJvmMs(Lab lab, List<String> prefix) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(lab.millrace().toString(), "run"));
    long execNs = System.nanoTime();
    try (ManagedProcess process = ManagedProcess.start("java --dry-run", command)) {
      int exit = process.awaitExit(PATIENCE);
      if (exit != 0) {
        throw new HarnessException("java --dry-run: exit " + exit + ": " + process.tail(5));
      }
      return (System.nanoTime() - execNs) / 1e6;
    }
  }

  private static double cpuMs(ThreadTimes times) {
    return (times.userSeconds() + times.systemSeconds()) * MS_PER_SECOND;
  }

  private static long await(DatagramSocket socket, DatagramPacket datagram, DaemonProcess daemon) {
    try {
      socket.receive(datagram);
      return System.nanoTime();
    } catch (IOException failure) {
      throw new HarnessException("no datagram came:\n  " + daemon.process().tail(10), failure);
    }
  }
}
