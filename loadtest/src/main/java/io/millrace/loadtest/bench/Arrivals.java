package io.millrace.loadtest.bench;

/**
 * UDP packets that came to the far side.
 *
 * @param bytes from the IP header on
 */
public record Arrivals(long packets, long bytes) {
  /** IPv4 without options, and UDP. A train has them once, as long as it is whole. */
  private static final int HEADER_BYTES = 28;

  public Arrivals since(Arrivals earlier) {
    return new Arrivals(packets - earlier.packets, bytes - earlier.bytes);
  }

  /** How many datagrams of one size they were, trains taken apart. */
  public long datagrams(int payloadBytes) {
    return (bytes - HEADER_BYTES * packets) / payloadBytes;
  }
}
