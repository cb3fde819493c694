package io.millrace.loadtest.scenario;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Datagrams of any length at irregular times, by a seed: the same seed makes the same payloads. A
 * program of its own, so that it can run in a network namespace: {@code HOST PORT SEED COUNT}.
 */
public final class IrregularTraffic {
  static final int LONGEST_BYTES = 1400;

  /** Of the times between two datagrams; a tenth of them follow at once, some after a pause. */
  static final double MEAN_GAP_NS = 2e6;

  private static final double AT_ONCE = 0.1;
  private static final double LONGEST_GAPS = 25;

  private final SplittableRandom random;

  private IrregularTraffic(long seed) {
    random = new SplittableRandom(seed);
  }

  private byte[] payload() {
    byte[] payload = new byte[random.nextInt(1, LONGEST_BYTES + 1)];
    random.nextBytes(payload);
    return payload;
  }

  /** Exponentially distributed, as independent senders have it, up to some limit. */
  private long gapNs() {
    double gaps = -Math.log(1 - random.nextDouble()) / (1 - AT_ONCE);
    return random.nextDouble() < AT_ONCE ? 0 : (long) (Math.min(gaps, LONGEST_GAPS) * MEAN_GAP_NS);
  }

  /** The SHA-256 of so many payloads in their order, all of it so many times over. */
  static String sha256(long seed, int count, int passes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int pass = 0; pass < passes; pass++) {
        IrregularTraffic traffic = new IrregularTraffic(seed);
        for (int number = 0; number < count; number++) {
          digest.update(traffic.payload());
          traffic.gapNs();
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has it
    }
  }

  /** Sends them. */
  public static void main(String[] arguments) throws IOException {
    InetAddress to = InetAddress.ofLiteral(arguments[0]);
    int port = Integer.parseInt(arguments[1]);
    IrregularTraffic traffic = new IrregularTraffic(Long.parseLong(arguments[2]));
    int count = Integer.parseInt(arguments[3]);
    try (DatagramSocket socket = new DatagramSocket()) {
      long dueNs = System.nanoTime();
      for (int number = 0; number < count; number++) {
        byte[] payload = traffic.payload();
        socket.send(new DatagramPacket(payload, payload.length, to, port));
        dueNs += traffic.gapNs();
        for (long waitNs = dueNs - System.nanoTime(); waitNs > 0; ) {
          LockSupport.parkNanos(waitNs);
          waitNs = dueNs - System.nanoTime();
        }
      }
    }
  }
}
