package io.millrace.config;

import java.nio.file.Path;

/**
 * {@code source { type = ts }}: an MPEG transport stream from a file, a few of its packets of 188
 * bytes in each datagram.
 *
 * @param path absolute; when the configuration was loaded it was a regular, readable file that was
 *     not empty
 * @param packetsPerDatagram 1..7
 * @param loop whether to begin again at the end, forever
 * @param pcrPid the PID whose PCRs are the clock, 0..8191, or {@link #AUTO}
 * @param rtp what each datagram begins with
 */
public record TsSourceSettings(Path path, int packetsPerDatagram, boolean loop, int pcrPid, Rtp rtp)
    implements SourceSettings {
  public static final int PACKET_BYTES = 188;
  public static final int MOST_PACKETS = 7;
  public static final int MAX_PID = 0x1FFF;

  /** Of {@code pcrPid}: that of the first programme. */
  public static final int AUTO = -1;

  /**
   * An RTP header.
   *
   * @param on whether there is one
   * @param ssrc the source's identifier, 0..2^32-1, or {@link #RANDOM}
   * @param sequence the first sequence number, 0..65535, or {@link #RANDOM}
   */
  public record Rtp(boolean on, long ssrc, int sequence) {
    public static final int HEADER_BYTES = 12;
    public static final int RANDOM = -1;
    public static final long MAX_SSRC = 0xFFFF_FFFFL;
    public static final int MAX_SEQUENCE = 0xFFFF;
  }

  @Override
  public int datagramBytes() {
    return packetsPerDatagram * PACKET_BYTES + (rtp.on() ? Rtp.HEADER_BYTES : 0);
  }

  @Override
  public boolean hasTiming() {
    return true;
  }

  @Override
  public String describe() {
    return "transport stream " + path;
  }
}
