package io.millrace.stream.ts;

import java.nio.ByteBuffer;

/**
 * The fields of a transport stream packet (ISO/IEC 13818-1, 2.4.3), which begins at {@code at} of a
 * big-endian buffer. Never looks beyond the packet, whatever is in it. Any thread.
 */
public final class TsPacket {
  public static final int BYTES = 188;
  public static final byte SYNC = 0x47;
  public static final int PIDS = 0x2000;
  public static final int NULL_PID = 0x1FFF;

  /** Ticks of the system clock per second. */
  public static final long CLOCK_HZ = 27_000_000;

  /** Ticks of the system clock to one of a PCR's base, a PTS and a DTS: these are of 90 kHz. */
  public static final int TICKS_PER_BASE = 300;

  /** Where a base wraps: 33 bits. */
  public static final long BASE_WRAP = 1L << 33;

  /** Where a PCR wraps, in ticks of the system clock: after 26.5 hours. */
  public static final long PCR_WRAP = BASE_WRAP * TICKS_PER_BASE;

  /** For {@link #pcr} and {@link PesHeader}: there is none. */
  public static final long NONE = -1;

  private static final int HEADER_BYTES = 4;
  private static final int UNIT_START = 0x40;
  private static final int SCRAMBLED = 0xC0;
  private static final int HAS_ADAPTATION = 0x20;
  private static final int HAS_PAYLOAD = 0x10;
  private static final int DISCONTINUITY = 0x80;
  private static final int HAS_PCR = 0x10;
  private static final int PCR_AT = 6;
  private static final int PCR_BYTES = 6;

  private TsPacket() {}

  public static int pid(ByteBuffer buffer, int at) {
    return buffer.getShort(at + 1) & 0x1FFF;
  }

  public static boolean isUnitStart(ByteBuffer buffer, int at) {
    return (buffer.get(at + 1) & UNIT_START) != 0;
  }

  public static boolean isScrambled(ByteBuffer buffer, int at) {
    return (buffer.get(at + 3) & SCRAMBLED) != 0;
  }

  public static boolean hasPayload(ByteBuffer buffer, int at) {
    return (buffer.get(at + 3) & HAS_PAYLOAD) != 0;
  }

  /** The continuity counter, 0..15. */
  public static int continuity(ByteBuffer buffer, int at) {
    return buffer.get(at + 3) & 0xF;
  }

  /** Sets the continuity counter; the lowest four bits count. */
  public static void continuity(ByteBuffer buffer, int at, int counter) {
    buffer.put(at + 3, (byte) ((buffer.get(at + 3) & 0xF0) | (counter & 0xF)));
  }

  /** Bytes of the adaptation field behind its length; 0: there is none, or one without flags. */
  private static int adaptationBytes(ByteBuffer buffer, int at) {
    if ((buffer.get(at + 3) & HAS_ADAPTATION) == 0) {
      return 0;
    }
    int bytes = buffer.get(at + HEADER_BYTES) & 0xFF;
    return bytes <= BYTES - HEADER_BYTES - 1 ? bytes : 0;
  }

  /** Whether the packet says that continuity or clock are broken here on purpose. */
  public static boolean isDiscontinuity(ByteBuffer buffer, int at) {
    return adaptationBytes(buffer, at) > 0 && (buffer.get(at + 5) & DISCONTINUITY) != 0;
  }

  public static boolean hasPcr(ByteBuffer buffer, int at) {
    return adaptationBytes(buffer, at) > PCR_BYTES && (buffer.get(at + 5) & HAS_PCR) != 0;
  }

  /** The PCR in ticks of the system clock, 0 to {@link #PCR_WRAP} less 1, or {@link #NONE}. */
  public static long pcr(ByteBuffer buffer, int at) {
    if (!hasPcr(buffer, at)) {
      return NONE;
    }
    long base =
        (buffer.getInt(at + PCR_AT) & 0xFFFF_FFFFL) << 1 | (buffer.get(at + PCR_AT + 4) >> 7 & 1);
    int extension = buffer.getShort(at + PCR_AT + 4) & 0x1FF;
    return (base * TICKS_PER_BASE + extension) % PCR_WRAP;
  }

  /** Sets the PCR of a packet that has one. */
  public static void pcr(ByteBuffer buffer, int at, long ticks) {
    long base = ticks / TICKS_PER_BASE;
    int extension = (int) (ticks % TICKS_PER_BASE);
    buffer.putInt(at + PCR_AT, (int) (base >>> 1));
    // Between the two there are six reserved bits, which are ones.
    buffer.putShort(at + PCR_AT + 4, (short) ((base & 1) << 15 | 0x7E00 | extension));
  }

  /** Where the payload begins, from the buffer's beginning; the packet's end if it has none. */
  public static int payloadAt(ByteBuffer buffer, int at) {
    if (!hasPayload(buffer, at)) {
      return at + BYTES;
    }
    if ((buffer.get(at + 3) & HAS_ADAPTATION) == 0) {
      return at + HEADER_BYTES;
    }
    int bytes = buffer.get(at + HEADER_BYTES) & 0xFF;
    return Math.min(at + HEADER_BYTES + 1 + bytes, at + BYTES);
  }
}
