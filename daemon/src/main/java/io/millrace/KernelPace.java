package io.millrace;

import io.millrace.config.KernelPacing;
import io.millrace.config.PaceSettings;
import io.millrace.config.StreamSettings;

/**
 * What a stream with {@code pace.kernel} asks of the kernel. The daemon's own schedule still bounds
 * the average; the qdisc only spaces what it is handed. With {@code fq} it does so by a rate, which
 * is a little higher than the stream's: what was late can be made up for, and no queue builds up in
 * the kernel. With {@code txtime} each datagram brings its time.
 */
final class KernelPace {
  private static final double HEADROOM = 1.0 / 32;

  /** fq counts a packet from its Ethernet header on. */
  private static final int ETHERNET_HEADER_BYTES = 14;

  private static final int IPV4_HEADER_BYTES = 20;
  private static final int IPV6_HEADER_BYTES = 40;
  private static final int UDP_HEADER_BYTES = 8;

  /** All ones, as 32 bits, mean no limit. */
  private static final double MOST_BYTES_PER_SECOND = 0xFFFF_FFFEL;

  /**
   * Datagrams that may be handed over ahead, and as many made up for after a stall. fq drops what a
   * flow has above 100 (flow_limit), and there a round may meet the rest of the one before and what
   * was made up for, which drains by the headroom only. With a burst of 50 datagrams, 279 of 2,000
   * were dropped on a machine that stalled all the time.
   */
  private static final int MOST_AHEAD = 32;

  private static final double NS_PER_SECOND = 1e9;

  private KernelPace() {}

  static boolean isOf(StreamSettings stream) {
    return stream.pace().kernel() != KernelPacing.NONE;
  }

  /** Whether each datagram brings the time at which it is to leave. */
  static boolean isTimed(StreamSettings stream) {
    return stream.pace().kernel() == KernelPacing.TXTIME;
  }

  /** For the socket of each target, with headers; 0: the stream isn't paced by the kernel. */
  static long bytesPerSecond(StreamSettings stream, boolean ipv6) {
    if (stream.pace().kernel() != KernelPacing.FQ) {
      return 0;
    }
    int headers =
        ETHERNET_HEADER_BYTES + (ipv6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES) + UDP_HEADER_BYTES;
    double bytes =
        datagramsPerSecond(stream.pace(), stream.source().datagramBytes())
            * (stream.source().datagramBytes() + headers)
            * (1 + HEADROOM);
    return (long) Math.clamp(Math.ceil(bytes), 1, MOST_BYTES_PER_SECOND);
  }

  /**
   * How long before its time a datagram may be handed to the kernel, in nanoseconds: the burst, and
   * so many datagrams; 0 where the kernel doesn't pace.
   */
  static long aheadNs(StreamSettings stream) {
    return aheadNs(stream.pace(), stream.source().datagramBytes());
  }

  static long aheadNs(PaceSettings pace, int datagramBytes) {
    if (pace.kernel() == KernelPacing.NONE) {
      return 0;
    }
    // So many intervals have one datagram more at their ends.
    double most = (MOST_AHEAD - 1) * NS_PER_SECOND / datagramsPerSecond(pace, datagramBytes);
    return (long) Math.min((double) pace.burst().toNanos(), most);
  }

  /**
   * How long before the time of its first datagram a round is handed over, in nanoseconds. Half of
   * what may be ahead: rounds are as long, and a sender may oversleep as long before any datagram
   * is late. With fq rounds begin at the time of their first one, as nothing else tells fq when.
   */
  static long leadNs(StreamSettings stream) {
    return leadNs(stream.pace(), stream.source().datagramBytes());
  }

  static long leadNs(PaceSettings pace, int datagramBytes) {
    return pace.kernel() == KernelPacing.TXTIME ? aheadNs(pace, datagramBytes) / 2 : 0;
  }

  /** What is made up for after a stall: it must fit into the kernel's queue, too. */
  static long burstNs(PaceSettings pace, int datagramBytes) {
    return pace.kernel() == KernelPacing.NONE
        ? pace.burst().toNanos()
        : aheadNs(pace, datagramBytes);
  }

  private static double datagramsPerSecond(PaceSettings pace, int datagramBytes) {
    return switch (pace.unit()) {
      case UNLIMITED, SOURCE -> throw new IllegalArgumentException("no rate");
      case BITS_PER_SECOND -> pace.rate() / Byte.SIZE / datagramBytes;
      case DATAGRAMS_PER_SECOND -> pace.rate();
    };
  }
}
