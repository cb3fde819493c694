package io.millrace.stream;

/**
 * How long trains may be.
 *
 * @param segments datagrams that the kernel takes in one, at least 1; 1: no trains
 */
public record TrainLimits(int segments) {
  /** No trains. */
  public static final TrainLimits NONE = new TrainLimits(1);

  /** A train is one datagram of IPv4 until it is cut: 65,535 bytes less the headers. */
  private static final int MOST_BYTES = 65_507;

  private static final int UDP_HEADER_BYTES = 8;
  private static final int IPV4_HEADER_BYTES = 20;
  private static final int IPV6_HEADER_BYTES = 40;

  /** Datagrams of one size that a train may have, all of them in one slot; 1: none. */
  public int longest(int datagramBytes, int slotBytes) {
    return Math.clamp(Math.min(MOST_BYTES, slotBytes) / datagramBytes, 1, segments);
  }

  /**
   * Whether a path takes trains of such datagrams: it must take each without fragmenting it.
   *
   * @param mtuBytes the path's, IP header included; negative: not known
   */
  public static boolean pathTakes(int datagramBytes, boolean ipv6, int mtuBytes) {
    int headers = UDP_HEADER_BYTES + (ipv6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES);
    return mtuBytes >= datagramBytes + headers;
  }
}
