package io.millrace.loadtest.bench;

import java.util.HashMap;
import java.util.Map;

/**
 * How many datagrams of one size the C reference puts into a train: as many as the daemon did just
 * before, so that both do the same; before the daemon has shown it, as many as fit. Owned by one
 * thread.
 */
final class TrainLength {
  /** UDP_MAX_SEGMENTS of kernels before 6.9. */
  private static final int EVERY_KERNEL_TAKES = 64;

  /** Of newer ones; a daemon has used it only if this kernel takes it. */
  private static final int MOST_SEGMENTS = 128;

  /** 65,535 less the IPv4 and UDP headers. */
  private static final int MOST_PAYLOAD = 65_507;

  private final Map<Integer, Integer> seen = new HashMap<>();

  void daemonUsed(int bytes, double datagramsPerRequest) {
    seen.put(bytes, Math.clamp(Math.round(datagramsPerRequest), 1, longest(bytes, MOST_SEGMENTS)));
  }

  int of(int bytes) {
    return seen.getOrDefault(bytes, longest(bytes, EVERY_KERNEL_TAKES));
  }

  private static int longest(int bytes, int segments) {
    return Math.clamp(MOST_PAYLOAD / bytes, 1, segments);
  }
}
