package io.millrace.stream.ts;

import java.nio.ByteBuffer;

/**
 * The headers of an RTP session that carries a transport stream (RFC 3550, 5.1; RFC 2250, 2). The
 * marker stays 0: it says that the time stamps jump, and these follow the schedule, which never
 * does. Owned by one thread.
 */
public final class RtpHeader {
  public static final int BYTES = 12;

  private static final int VERSION_2 = 0x80;

  /** MP2T (RFC 3551, 6). */
  private static final int PAYLOAD_TYPE = 33;

  private final int ssrc;
  private short sequence;

  /**
   * A session.
   *
   * @param ssrc its 32 bits
   * @param sequence of the first datagram, its 16 bits
   */
  public RtpHeader(int ssrc, int sequence) {
    this.ssrc = ssrc;
    this.sequence = (short) sequence;
  }

  /**
   * Writes the next header.
   *
   * @param ticks what the stream's clock shows when the datagram is due, in ticks of 27 MHz from
   *     where it began; the time stamp is in 90 kHz
   */
  public void write(ByteBuffer buffer, int at, long ticks) {
    buffer.put(at, (byte) VERSION_2);
    buffer.put(at + 1, (byte) PAYLOAD_TYPE);
    buffer.putShort(at + 2, sequence++);
    buffer.putInt(at + 4, (int) (ticks / TsPacket.TICKS_PER_BASE));
    buffer.putInt(at + 8, ssrc);
  }
}
