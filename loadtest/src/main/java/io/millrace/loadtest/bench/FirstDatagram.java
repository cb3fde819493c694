package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Measures the time from the exec of a daemon to its first datagram at a socket on loopback. */
final class FirstDatagram {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private FirstDatagram() {}

  /**
   * Starts a daemon, and ends it after its first datagram.
   *
   * @param prefix a command to run it under; may be empty
   * @return milliseconds
   * @throws HarnessException if none comes
   */
  static double measureMs(Lab lab, List<String> prefix) {
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String target = "127.0.0.1:" + socket.getLocalPort();
      String configuration = StartupBench.configuration(target, "127.0.0.1:0");
      DatagramPacket datagram = new DatagramPacket(new byte[2048], 2048);
      long execNs = System.nanoTime();
      try (DaemonProcess daemon = lab.startDaemon("first", prefix, configuration, List.of())) {
        long arrivedNs = await(socket, datagram, daemon);
        daemon.process().terminate();
        daemon.finish(PATIENCE);
        return (arrivedNs - execNs) / 1e6;
      }
    } catch (IOException failure) {
      throw new HarnessException("a socket on 127.0.0.1: " + failure.getMessage(), failure);
    }
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
