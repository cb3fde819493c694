package io.millrace.stream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What {@link Framer} should find, worked out from all bytes at once and without its code.
 *
 * @param datagrams in hexadecimal
 */
record PlainFraming(List<String> datagrams, long skipped, long malformed) {
  static PlainFraming of(Framing framing, int most, byte[] bytes) {
    return switch (framing) {
      case FIXED -> fixed(most, bytes);
      case LENGTH_16 -> prefixed(Short.BYTES, most, bytes);
      case LENGTH_32 -> prefixed(Integer.BYTES, most, bytes);
      case LINE -> lines(most, bytes);
    };
  }

  private static PlainFraming fixed(int size, byte[] bytes) {
    List<String> found = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += size) {
      found.add(hex(bytes, at, Math.min(bytes.length, at + size)));
    }
    return new PlainFraming(found, 0, 0);
  }

  private static PlainFraming prefixed(int prefix, int most, byte[] bytes) {
    List<String> found = new ArrayList<>();
    long skipped = 0;
    long malformed = 0;
    long at = 0;
    while (at < bytes.length) {
      long body = at + prefix;
      if (body > bytes.length) {
        malformed++; // cut off in its length
        break;
      }
      int written = (int) at;
      long length =
          prefix == Short.BYTES
              ? ByteBuffer.wrap(bytes).getShort(written) & 0xffffL
              : ByteBuffer.wrap(bytes).getInt(written) & 0xffff_ffffL;
      if (length == 0) {
        skipped++;
      } else if (length > most || body + length > bytes.length) {
        malformed++;
      } else {
        found.add(hex(bytes, (int) body, (int) (body + length)));
      }
      at = body + length;
    }
    return new PlainFraming(found, skipped, malformed);
  }

  private static PlainFraming lines(int most, byte[] bytes) {
    List<String> found = new ArrayList<>();
    long skipped = 0;
    long malformed = 0;
    int from = 0;
    while (from < bytes.length) {
      int end = from;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      boolean ended = end < bytes.length;
      int to = ended && end > from && bytes[end - 1] == '\r' ? end - 1 : end;
      if (to - from > most) {
        malformed++;
      } else if (to == from) {
        skipped++;
      } else {
        found.add(hex(bytes, from, to));
      }
      from = end + 1;
    }
    return new PlainFraming(found, skipped, malformed);
  }

  private static String hex(byte[] bytes, int from, int to) {
    return HexFormat.of().formatHex(Arrays.copyOfRange(bytes, from, to));
  }
}
