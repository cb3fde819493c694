package io.millrace.stream.pcap;

import io.millrace.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * A capture of any bytes is refused at its head, or read to an end: the same packets however the
 * file comes in pieces, each inside the file, each datagram inside its packet, at times that never
 * go back. What a packet holds is what {@link PlainUdp} finds in it.
 */
public final class CaptureFuzz implements FuzzTarget {
  private static final long LONGEST_GAP_NS = 1_000_000_000;

  /** Of the shortest block. */
  private static final int LEAST_BYTES = 12;

  @Override
  public List<byte[]> seeds() {
    byte[] payload = PacketMaker.payload(20, 'x');
    byte[] four = PacketMaker.udp(payload, 5000, 5004).ipv4().ethernet().bytes();
    byte[] six = PacketMaker.udp(payload, 5000, 5004).extension(0, 1).ipv6().bytes();
    byte[] tagged = PacketMaker.udp(payload, 5000, 5004).ipv4().tag(0x8100, 7).ethernet().bytes();
    List<byte[]> seeds = new ArrayList<>();
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      seeds.add(CaptureMaker.pcap(order, true, 1).record(7, four).record(9, tagged).bytes());
      seeds.add(CaptureMaker.pcap(order, false, 101).record(7, six).record(9, six, 99).bytes());
    }
    for (int linkType : new int[] {0, 113, 276}) {
      byte[] cooked = PacketMaker.udp(payload, 1, 2).ipv4().cooked().bytes();
      seeds.add(
          CaptureMaker.pcap(ByteOrder.LITTLE_ENDIAN, true, linkType).record(7, cooked).bytes());
    }
    byte[] fragment = PacketMaker.udp(payload, 1, 2).fragmentHeader(1).ipv6().bytes();
    CaptureMaker maker = CaptureMaker.pcapng();
    maker.interfaceOf(1, 0).interfaceOf(101, 60, maker.option(9, (byte) 9), maker.offset(3));
    maker.packet(0, 7, four).packet(1, 9, six).oldPacket(1, 9, fragment).simplePacket(four, 90);
    maker.section(ByteOrder.BIG_ENDIAN).interfaceOf(101, 0).packet(0, 1, six);
    seeds.add(maker.block(5, new byte[16]).bytes());
    return seeds;
  }

  @Override
  public List<String> words() {
    return List.of(
        "\n\r\r\n",
        "M<+\u001a",
        "\u001a+<M",
        "\0\0\0\6",
        "\6\0\0\0",
        "\3\0\0\0",
        "\0\0\0\40",
        "\40\0\0\0",
        "\0\0\0\0",
        "\177\0\0\0",
        "\b\0",
        "E\0\0\60",
        "@\0",
        "\21",
        ",\0",
        "\t\0\1\0");
  }

  @Override
  public void accept(byte[] input) throws Exception {
    String whole = read(input, input.length);
    Random random = new Random(Arrays.hashCode(input));
    for (int longest : new int[] {1, 1 + random.nextInt(40)}) {
      String pieces = read(input, longest);
      if (!pieces.equals(whole)) {
        throw new AssertionError(
            "in pieces of at most %d: %s instead of %s".formatted(longest, pieces, whole));
      }
    }
  }

  /** All that comes of a file, as a text. */
  private static String read(byte[] file, int longest) throws IOException {
    CaptureReader reader;
    try {
      reader = CaptureReader.open(new CaptureInput(new Pieces(file, longest)));
    } catch (CaptureFormatException refused) {
      return "refused: " + refused.getMessage();
    }
    StringBuilder found = new StringBuilder();
    CaptureClock clock = new CaptureClock(LONGEST_GAP_NS);
    UdpDatagram datagram = new UdpDatagram();
    long packets = 0;
    long dueNs = 0;
    while (reader.next()) {
      packets++;
      long next = reader.hasTime() ? clock.due(reader.timeNs()) : clock.due();
      if (next < dueNs || next > dueNs + LONGEST_GAP_NS) {
        throw new AssertionError("due at %d after %d".formatted(next, dueNs));
      }
      dueNs = next;
      byte[] packet = new byte[reader.capturedBytes()];
      reader.buffer().get(reader.packetAt(), packet);
      String seen = describe(datagram.find(reader), datagram, reader);
      String plain = PlainUdp.of(packet, reader.originalBytes(), reader.linkType());
      if (!seen.equals(plain)) {
        throw new AssertionError(
            "%s instead of %s in %s of link type %d, %d bytes originally"
                .formatted(
                    seen,
                    plain,
                    HexFormat.of().formatHex(packet),
                    reader.linkType(),
                    reader.originalBytes()));
      }
      found.append(seen).append(" at ").append(dueNs).append('\n');
    }
    if (packets > file.length / LEAST_BYTES) {
      throw new AssertionError(packets + " packets in " + file.length + " bytes");
    }
    return found.append(reader.damage()).toString();
  }

  private static String describe(
      UdpDatagram.Found what, UdpDatagram datagram, CaptureReader reader) {
    if (what != UdpDatagram.Found.DATAGRAM) {
      return what.toString();
    }
    int from = datagram.payloadAt() - reader.packetAt();
    return PlainUdp.describe(
        datagram.sourcePort(), datagram.destinationPort(), from, datagram.payloadBytes());
  }

  /** Gives out its bytes in pieces. */
  private static final class Pieces implements ReadableByteChannel {
    private final ByteBuffer bytes;
    private final int longest;

    Pieces(byte[] bytes, int longest) {
      this.bytes = ByteBuffer.wrap(bytes);
      this.longest = longest;
    }

    @Override
    public int read(ByteBuffer into) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int count = Math.min(Math.min(longest, into.remaining()), bytes.remaining());
      into.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
