package io.millrace.stream.ts;

import java.nio.ByteBuffer;

/**
 * The time stamps at the beginning of a packetized elementary stream packet (ISO/IEC 13818-1,
 * 2.4.3.6), as far as they lie in the transport packet that it begins in. Any thread.
 */
final class PesHeader {
  private static final int PTS_AT = 9;
  private static final int STAMP_BYTES = 5;
  private static final int HAS_PTS = 0x80;
  private static final int HAS_DTS = 0x40;

  private PesHeader() {}

  /** Where the first time stamp is in the transport packet's buffer; negative: there is none. */
  private static int stampAt(ByteBuffer buffer, int packet) {
    if (!TsPacket.isUnitStart(buffer, packet) || TsPacket.isScrambled(buffer, packet)) {
      return -1;
    }
    int pes = TsPacket.payloadAt(buffer, packet);
    int end = packet + TsPacket.BYTES;
    if (pes + PTS_AT + STAMP_BYTES > end
        || buffer.getShort(pes) != 0
        || buffer.get(pes + 2) != 1
        || !hasFlags(buffer.get(pes + 3) & 0xFF)
        || (buffer.get(pes + 6) & 0xC0) != 0x80
        || (buffer.get(pes + 7) & HAS_PTS) == 0) {
      return -1;
    }
    return pes + PTS_AT;
  }

  /** The kinds of stream whose packets have no header beyond their length. */
  private static boolean hasFlags(int streamId) {
    return switch (streamId) {
      case 0xBC, 0xBE, 0xBF, 0xF0, 0xF1, 0xF2, 0xF8, 0xFF -> false;
      default -> streamId > 0xBC;
    };
  }

  private static boolean hasDts(ByteBuffer buffer, int stampAt, int packet) {
    return (buffer.get(stampAt - PTS_AT + 7) & HAS_DTS) != 0
        && stampAt + 2 * STAMP_BYTES <= packet + TsPacket.BYTES;
  }

  /** When what begins here is decoded, in units of 90 kHz, or {@link TsPacket#NONE}. */
  static long decodingTime(ByteBuffer buffer, int packet) {
    int at = stampAt(buffer, packet);
    if (at < 0) {
      return TsPacket.NONE;
    }
    return stamp(buffer, hasDts(buffer, at, packet) ? at + STAMP_BYTES : at);
  }

  /** Moves the time stamps, if there are any, by units of 90 kHz; not negative. */
  static void shift(ByteBuffer buffer, int packet, long units) {
    int at = stampAt(buffer, packet);
    if (at >= 0) {
      if (hasDts(buffer, at, packet)) {
        shiftStamp(buffer, at + STAMP_BYTES, units);
      }
      shiftStamp(buffer, at, units);
    }
  }

  /** 33 bits, in pieces of 3, 15 and 15, each with a marker bit behind it. */
  private static long stamp(ByteBuffer buffer, int at) {
    return (long) (buffer.get(at) >> 1 & 7) << 30
        | (buffer.getShort(at + 1) >> 1 & 0x7FFF) << 15
        | (buffer.getShort(at + 3) >> 1 & 0x7FFF);
  }

  private static void shiftStamp(ByteBuffer buffer, int at, long units) {
    long stamp = (stamp(buffer, at) + units) & (TsPacket.BASE_WRAP - 1);
    buffer.put(at, (byte) ((buffer.get(at) & 0xF1) | (int) (stamp >>> 30) << 1));
    buffer.putShort(at + 1, (short) ((stamp >>> 15 & 0x7FFF) << 1 | 1));
    buffer.putShort(at + 3, (short) ((stamp & 0x7FFF) << 1 | 1));
  }
}
