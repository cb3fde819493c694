package io.millrace.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.SourceCounters;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FramerTest {
  private static final int MOST = 20;

  private final SourceCounters counters = new SourceCounters();

  /** What a framer finds when the input comes in pieces of this size. */
  private static List<String> datagrams(Framer framer, byte[] input, int pieceBytes) {
    ByteBuffer in = ByteBuffer.allocate(64).flip();
    List<String> found = new ArrayList<>();
    int position = 0;
    while (true) {
      int bytes = framer.next(in, MOST);
      if (bytes == 0) {
        in.compact();
        int more = Math.min(Math.min(pieceBytes, in.remaining()), input.length - position);
        in.put(input, position, more).flip();
        position += more;
        if (more > 0) {
          continue;
        }
        bytes = framer.last(in);
        if (bytes == 0) {
          return found;
        }
      }
      byte[] datagram = new byte[bytes];
      in.get(datagram);
      found.add(new String(datagram, US_ASCII));
    }
  }

  private static byte[] prefixed(int lengthBytes, Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts) {
      String text = part instanceof Integer bytes ? "x".repeat(bytes) : part.toString();
      ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).putInt(text.length());
      out.write(length.array(), Integer.BYTES - lengthBytes, lengthBytes);
      out.writeBytes(text.getBytes(US_ASCII));
    }
    return out.toByteArray();
  }

  @Test
  void linesAreSentWithoutTheirEndsHoweverTheyCome() {
    byte[] input = "one\ntwo\r\n\n\r\nthree\nno end".getBytes(US_ASCII);
    for (int piece = 1; piece <= input.length; piece++) {
      assertThat(datagrams(Framer.lines(MOST, counters), input, piece))
          .as("pieces of %d bytes", piece)
          .containsExactly("one", "two", "three", "no end");
      assertThat(counters.skippedCount()).isEqualTo(2L * piece);
    }
    assertThat(counters.malformedCount()).isZero();
  }

  @Test
  void aLineThatIsTooLongIsLeftOutAlone() {
    String fits = "y".repeat(MOST);
    for (int tooLong : new int[] {MOST + 1, MOST + 2, 63, 64, 65, 1000}) {
      String text = "one\n" + "x".repeat(tooLong) + "\n" + fits + "\r\nlast\n";
      for (int piece : new int[] {1, 7, 21, 22, 64}) {
        assertThat(datagrams(Framer.lines(MOST, counters), text.getBytes(US_ASCII), piece))
            .as("%d bytes in pieces of %d", tooLong, piece)
            .containsExactly("one", fits, "last");
      }
    }
    assertThat(counters.malformedCount()).isEqualTo(30);
  }

  @Test
  void aLastLineThatIsTooLongIsLeftOutToo() {
    for (int tooLong : new int[] {MOST + 1, 64, 1000}) {
      byte[] input = ("one\n" + "x".repeat(tooLong)).getBytes(US_ASCII);
      assertThat(datagrams(Framer.lines(MOST, counters), input, 10)).containsExactly("one");
    }
    assertThat(counters.malformedCount()).isEqualTo(3);
  }

  @Test
  void lengthsTellDatagramsApart() {
    for (int lengthBytes : new int[] {2, 4}) {
      byte[] input = prefixed(lengthBytes, "one", "", 500, "two", MOST, 21, "\n");
      for (int piece = 1; piece <= 64; piece++) {
        assertThat(datagrams(Framer.prefixed(lengthBytes, MOST, counters), input, piece))
            .as("pieces of %d bytes", piece)
            .containsExactly("one", "two", "x".repeat(MOST), "\n");
      }
    }
    assertThat(counters.skippedCount()).isEqualTo(128);
    assertThat(counters.malformedCount()).isEqualTo(256);
  }

  @Test
  void aDatagramThatIsCutOffAtTheEndIsMalformed() {
    byte[] whole = prefixed(2, "one", "two");
    for (int missing = 1; missing <= 4; missing++) {
      byte[] input = java.util.Arrays.copyOf(whole, whole.length - missing);
      assertThat(datagrams(Framer.prefixed(2, MOST, counters), input, 64)).containsExactly("one");
      assertThat(counters.malformedCount()).isEqualTo(missing);
    }
  }

  @Test
  void aLengthOfFourBytesMayBeLargerThanAnyInt() {
    byte[] input = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 1, 'x'};
    assertThat(datagrams(Framer.prefixed(4, MOST, counters), input, 64)).isEmpty();
    assertThat(counters.malformedCount()).isEqualTo(1);
  }

  @Test
  void fixedOnesComeTogetherAndTheLastMayBeShorter() {
    byte[] input = "aaaaabbbbbcccccdddddeeeeeff".getBytes(US_ASCII);
    assertThat(datagrams(Framer.fixed(5, counters), input, 64))
        .containsExactly("aaaaabbbbbcccccddddd", "eeeee", "ff");
    assertThat(datagrams(Framer.fixed(5, counters), input, 3))
        .containsExactly("aaaaa", "bbbbb", "ccccc", "ddddd", "eeeee", "ff");
  }

  @Test
  void noiseIsCountedAndEndsEveryTime() {
    Random random = new Random(7);
    for (int round = 0; round < 2000; round++) {
      byte[] input = new byte[random.nextInt(300)];
      random.nextBytes(input);
      if (random.nextBoolean()) {
        IntStream.range(0, input.length).filter(i -> i % 9 < 4).forEach(i -> input[i] = 0);
      }
      for (Framing framing : Framing.values()) {
        List<String> found = datagrams(framing.framer(10, counters), input, 1 + random.nextInt(64));
        assertThat(found).allSatisfy(datagram -> assertThat(datagram).hasSizeBetween(1, MOST));
      }
    }
  }
}
