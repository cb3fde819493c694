package io.millrace.stream;

import io.millrace.shim.Endpoint;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Finds out how many datagrams the kernel takes in one train by sending some, of one byte each, to
 * a socket of our own on loopback. Any thread.
 */
public final class TrainProbe {
  /**
   * UDP_MAX_SEGMENTS of Linux from 6.9 on ("net: change maximum number of UDP segments to 128").
   */
  static final int MOST_SEGMENTS = 128;

  /** And of older ones. */
  static final int FEWER_SEGMENTS = 64;

  private TrainProbe() {}

  /** Datagrams that one train may have; 1: the kernel knows no trains (it is older than 4.18). */
  public static int longest(Kernel kernel) {
    try (Arena arena = Arena.ofConfined()) {
      int receiver = kernel.udpSocket(KernelAbi.AF_INET);
      int sender = kernel.udpSocket(KernelAbi.AF_INET);
      try {
        if (kernel.socketSet(sender, KernelAbi.SOL_UDP, KernelAbi.UDP_SEGMENT, 1) < 0) {
          return 1;
        }
        MemorySegment address =
            Endpoint.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), arena);
        boolean connected =
            kernel.socketBind(receiver, address) >= 0
                && kernel.socketLocal(receiver, address) >= 0
                && kernel.socketConnect(sender, address) >= 0;
        // Where loopback is down, the smaller number is right on every kernel.
        MemorySegment payload = arena.allocate(MOST_SEGMENTS);
        return connected && kernel.socketSend(sender, payload, MOST_SEGMENTS) == MOST_SEGMENTS
            ? MOST_SEGMENTS
            : FEWER_SEGMENTS;
      } finally {
        kernel.close(sender);
        kernel.close(receiver);
      }
    }
  }
}
