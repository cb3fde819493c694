package io.millrace.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code source { type = pcap }}: the payloads of the UDP datagrams in a capture file.
 *
 * @param path absolute; when the configuration was loaded it was a regular, readable file that was
 *     not empty
 * @param datagramBytes of the longest payload, 1..65507; longer ones are left out
 * @param count datagrams in all, those of all passes of a loop together, or {@link #ALL}
 * @param loop whether to begin again at the end, forever
 * @param loopGap from the last datagram to the first of the next pass; null: their mean distance
 * @param longestGap what lies further apart in the file is sent so much after each other, above 0
 * @param filter whose datagrams; empty: all
 */
public record PcapSourceSettings(
    Path path,
    int datagramBytes,
    long count,
    boolean loop,
    @Nullable Duration loopGap,
    Duration longestGap,
    List<Flow> filter)
    implements SourceSettings {
  /** Of {@code count}: as many as there are. */
  public static final long ALL = -1;

  /** What fits into an Ethernet frame. */
  public static final int DEFAULT_DATAGRAM_BYTES = 1472;

  /** A clock that is set while a capture runs leaves a gap of years. */
  public static final Duration DEFAULT_LONGEST_GAP = Duration.ofHours(1);

  /** Rules of a filter, at most. */
  public static final int MOST_FLOWS = 64;

  public PcapSourceSettings {
    filter = List.copyOf(filter);
  }

  /**
   * Datagrams that were captured on their way.
   *
   * @param from their sender's address; null: any
   * @param to the address that they went to; null: any
   */
  public record Flow(
      @Nullable IpPrefix from, PortRange fromPorts, @Nullable IpPrefix to, PortRange toPorts) {}

  @Override
  public boolean hasTiming() {
    return true;
  }

  @Override
  public String describe() {
    return "capture " + path;
  }
}
