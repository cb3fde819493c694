package io.millrace.stream;

import io.millrace.counters.SourceCounters;
import io.millrace.fuzz.FuzzTarget;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * A stream of bytes holds the same datagrams however it comes in pieces, and they are those that
 * {@link PlainFraming} finds in it as a whole. The first two bytes of an input say how it is framed
 * and how long a datagram may be.
 */
public final class FramingFuzz implements FuzzTarget {
  private static final int LONGEST = 40;
  private static final int HEAD_BYTES = 2;
  private static final int PREFIX_BYTES = 4;

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (Framing framing : Framing.values()) {
      for (String text :
          new String[] {
            "one\ntwo\r\n\n\r\nthree\rno end",
            "x".repeat(LONGEST) + "\n" + "y".repeat(LONGEST + 1) + "\r\n" + "z".repeat(100),
            "\0\3one\0\0\0\3two\0\0\0\0\0\7",
            "\0\0\0\3one\0\0\0\0\0\0\0\51" + "x".repeat(LONGEST + 1) + "\0\0\0\1y"
          }) {
        byte[] body = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] seed = new byte[HEAD_BYTES + body.length];
        seed[0] = (byte) framing.ordinal();
        seed[1] = LONGEST - 1;
        System.arraycopy(body, 0, seed, HEAD_BYTES, body.length);
        seeds.add(seed);
      }
    }
    return seeds;
  }

  @Override
  public List<String> words() {
    return List.of(
        "\n", "\r\n", "\r", "\0", "\0\1", "\0\0\0\1", "\u007f\u007f", "xxxxxxxxxxxxxxxx");
  }

  @Override
  public void accept(byte[] input) {
    if (input.length < HEAD_BYTES) {
      return;
    }
    Framing framing = Framing.values()[Byte.toUnsignedInt(input[0]) % Framing.values().length];
    int most = 1 + Byte.toUnsignedInt(input[1]) % LONGEST;
    byte[] bytes = Arrays.copyOfRange(input, HEAD_BYTES, input.length);
    PlainFraming expected = PlainFraming.of(framing, most, bytes);
    Random random = new Random(Arrays.hashCode(input));
    for (int pieces = 0; pieces < 4; pieces++) {
      // In whole, byte by byte, and twice at random.
      int longest =
          pieces == 0 ? Integer.MAX_VALUE : pieces == 1 ? 1 : 1 + random.nextInt(most + 8);
      int room = most + PREFIX_BYTES + random.nextInt(64);
      SourceCounters counters = new SourceCounters();
      List<String> found = found(framing, most, counters, bytes, room, longest, random);
      PlainFraming actual =
          new PlainFraming(found, counters.skippedCount(), counters.malformedCount());
      if (!actual.equals(expected)) {
        throw new AssertionError(
            "%s of at most %d bytes, in pieces of at most %d, room for %d: %s instead of %s"
                .formatted(framing, most, longest, room, actual, expected));
      }
    }
  }

  private static List<String> found(
      Framing framing,
      int most,
      SourceCounters counters,
      byte[] bytes,
      int room,
      int longest,
      Random random) {
    Framer framer = framing.framer(most, counters);
    ByteBuffer in = ByteBuffer.allocate(room).flip();
    ByteArrayOutputStream fixed = new ByteArrayOutputStream();
    List<String> found = new ArrayList<>();
    int position = 0;
    while (true) {
      int length = framer.next(in, Integer.MAX_VALUE);
      if (length == 0) {
        in.compact();
        int more = Math.min(in.remaining(), bytes.length - position);
        if (more == 0 && position < bytes.length) {
          throw new AssertionError("it asks for more than fits");
        }
        more = more == 0 ? 0 : Math.min(more, 1 + random.nextInt(Math.min(longest, more)));
        in.put(bytes, position, more).flip();
        position += more;
        if (more > 0) {
          continue;
        }
        length = framer.last(in);
        if (length == 0) {
          break;
        }
      }
      byte[] datagram = new byte[length];
      in.get(datagram);
      if (framing == Framing.FIXED) {
        fixed.writeBytes(datagram);
      } else {
        found.add(HexFormat.of().formatHex(datagram));
      }
    }
    // Fixed ones come several together: where one ends is plain.
    return framing == Framing.FIXED
        ? PlainFraming.of(framing, most, fixed.toByteArray()).datagrams()
        : found;
  }
}
