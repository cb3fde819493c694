package io.millrace.loadtest.bench;

import java.util.HashMap;
import java.util.Map;

/**
 * How many datagrams of one size the C reference puts into a train: as many as the daemon did just
 * before, so that both do the same; before the daemon has shown it, as many as fit. Owned by one
 * thread.
 */
final class TrainLength {
  /** UDP_MAX_SEGMENTS of kernels before 6.9; newer ones take 128. */
  private static final int MOST_SEGMENTS = 64;

  /** 65,535 less the IPv4 and UDP headers. */
  private static final int MOST_PAYLOAD = 65_507;

  private final Map<Integer, Integer> seen = new HashMap<>();

  void daemonUsed(int bytes, double datagramsPerRequest) {
    seen.put(bytes, Math.clamp(Math.round(datagramsPerRequest), 1, longest(bytes)));
  }

  int of(int bytes) {
    return seen.getOrDefault(bytes, longest(bytes));
  }

  static int longest(int bytes) {
    return Math.clamp(MOST_PAYLOAD / bytes, 1, MOST_SEGMENTS);
  }
}
