package io.millrace.stream.pcap;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Packets, their times and lengths, whatever of the two formats and their kinds a file has. */
final class CaptureReaderTest {
  private static final long NS = 1_700_000_000_123_456_789L;
  private static final byte[] ONE = PacketMaker.payload(61, 1);
  private static final byte[] TWO = PacketMaker.payload(1500, 2);

  /** Bytes, time or none, original length, link type. */
  private record Packet(List<Byte> bytes, long ns, long original, int linkType) {
    static Packet of(byte[] bytes, long ns, int linkType) {
      return new Packet(list(bytes), ns, bytes.length, linkType);
    }
  }

  private static final long NONE = Long.MIN_VALUE;

  private static List<Byte> list(byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte value : bytes) {
      list.add(value);
    }
    return list;
  }

  private static List<Packet> packets(CaptureReader reader) throws IOException {
    List<Packet> packets = new ArrayList<>();
    while (reader.next()) {
      byte[] bytes = new byte[reader.capturedBytes()];
      reader.buffer().get(reader.packetAt(), bytes);
      packets.add(
          new Packet(
              list(bytes),
              reader.hasTime() ? reader.timeNs() : NONE,
              reader.originalBytes(),
              reader.linkType()));
    }
    return packets;
  }

  private static List<Packet> packets(CaptureMaker maker) throws IOException {
    CaptureReader reader = CaptureReader.open(maker.input());
    List<Packet> packets = packets(reader);
    assertThat(reader.damage()).isNull();
    return packets;
  }

  static Stream<Arguments> pcapKinds() {
    return Stream.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)
        .flatMap(order -> Stream.of(Arguments.of(order, true), Arguments.of(order, false)));
  }

  @ParameterizedTest
  @MethodSource("pcapKinds")
  void pcapOfEitherByteOrderAndGrain(ByteOrder order, boolean nanoseconds) throws IOException {
    CaptureMaker maker = CaptureMaker.pcap(order, nanoseconds, 113);
    maker.record(NS, ONE).record(NS + 5000, TWO, 9000);
    long first = nanoseconds ? NS : NS / 1000 * 1000;
    assertThat(packets(maker))
        .containsExactly(
            Packet.of(ONE, first, 113), new Packet(list(TWO), first + 5000, 9000, 113));
  }

  @Test
  void pcapngOfSeveralSectionsAndInterfaces() throws IOException {
    CaptureMaker maker = CaptureMaker.pcapng().block(5, new byte[100]);
    maker
        .interfaceOf(1, 0)
        .interfaceOf(276, 0, maker.option(2, "eth0".getBytes(US_ASCII)), nano(maker));
    maker.packet(1, NS, ONE).packet(0, NS / 1000, TWO, 3000).block(0xBAD, new byte[8]);
    maker.section(ByteOrder.BIG_ENDIAN);
    maker.interfaceOf(101, 0, nano(maker), maker.offset(-10));
    maker.packet(0, NS, TWO).oldPacket(0, NS, ONE);
    assertThat(packets(maker))
        .containsExactly(
            Packet.of(ONE, NS, 276),
            new Packet(list(TWO), NS / 1000 * 1000, 3000, 1),
            Packet.of(TWO, NS - 10_000_000_000L, 101),
            Packet.of(ONE, NS - 10_000_000_000L, 101));
  }

  private static byte[] nano(CaptureMaker maker) {
    return maker.option(9, (byte) 9);
  }

  @Test
  void simplePacketsHaveNoTimeAndTheFirstInterfacesLength() throws IOException {
    CaptureMaker maker = CaptureMaker.pcapng().interfaceOf(1, 40).simplePacket(ONE, 61);
    assertThat(packets(maker))
        .containsExactly(new Packet(list(Arrays.copyOf(ONE, 40)), NONE, 61, 1));
    maker = CaptureMaker.pcapng().interfaceOf(1, 0).simplePacket(ONE, 61).simplePacket(ONE, 900);
    // What is behind the packet can't be told from what pads the block, where it was cut off.
    assertThat(packets(maker).stream().map(packet -> packet.bytes.size())).containsExactly(61, 64);
  }

  @Test
  void packetsOfAnInterfaceThatIsNotThereHaveNoLinkType() throws IOException {
    CaptureMaker maker = CaptureMaker.pcapng().packet(0, 1, ONE).simplePacket(ONE, 61);
    maker.interfaceOf(1, 0).packet(1, 1, ONE).packet(-1, 1, ONE);
    assertThat(packets(maker)).hasSize(4).allMatch(packet -> packet.linkType == LinkType.NONE);
  }

  static Stream<Arguments> resolutions() {
    return Stream.of(
        Arguments.of(0, 3L, 3_000_000_000L),
        Arguments.of(3, 3L, 3_000_000L),
        Arguments.of(6, 1_700_000_000_123_456L, 1_700_000_000_123_456_000L),
        Arguments.of(9, NS, NS),
        Arguments.of(12, 1234L, 1L),
        Arguments.of(12, -1L, 18_446_744_073_709_551L),
        Arguments.of(127, -1L, 0L),
        Arguments.of(0x80, 3L, 3_000_000_000L),
        Arguments.of(0x80 + 10, 1536L, 1_500_000_000L),
        Arguments.of(0x80 + 32, (1_700_000_000L << 32) + (1L << 31), 1_700_000_000_500_000_000L),
        Arguments.of(0x80 + 62, 3L << 61, 1_500_000_000L),
        Arguments.of(0x80 + 64, 1L << 63, 500_000_000L),
        Arguments.of(0x80 + 127, -1L, 0L));
  }

  @ParameterizedTest
  @MethodSource("resolutions")
  void timesOfAnyResolution(int resolution, long ticks, long ns) throws IOException {
    CaptureMaker maker = CaptureMaker.pcapng();
    maker.interfaceOf(1, 0, maker.option(9, (byte) resolution)).packet(0, ticks, ONE);
    assertThat(packets(maker)).containsExactly(Packet.of(ONE, ns, 1));
  }

  @Test
  void aPacketThatIsCutOffEndsTheFile() throws IOException {
    byte[] pcap = CaptureMaker.pcap().record(NS, ONE).record(NS, TWO).bytes();
    byte[] pcapng = ng().packet(0, NS, ONE).packet(0, NS, TWO).bytes();
    for (byte[] whole : List.of(pcap, pcapng)) {
      for (int length = whole.length - 5; length > whole.length - 1500; length -= 97) {
        assertDamage(1, "cut off in a packet", Arrays.copyOf(whole, length));
      }
    }
    assertDamage(2, "cut off in a block at offset", Arrays.copyOf(pcapng, pcapng.length - 1));
    assertDamage(1, "cut off in the header of a packet", Arrays.copyOf(pcap, 24 + 16 + 61 + 15));
  }

  private static CaptureMaker ng() {
    return CaptureMaker.pcapng().interfaceOf(1, 0);
  }

  private static void assertDamage(int packetsBefore, String said, byte[] file) throws IOException {
    CaptureReader reader = CaptureReader.open(CaptureMaker.input(file));
    assertThat(packets(reader)).hasSize(packetsBefore);
    assertThat(reader.damage()).contains(said);
  }

  @Test
  void lengthsThatCanNotBeEndTheFile() throws IOException {
    assertDamage(
        1,
        "no packet: it would have 262145 bytes at offset 101",
        CaptureMaker.pcap().record(NS, ONE).recordHead(NS, 262_145, 1).raw(TWO).bytes());
    assertDamage(0, "no block: it would have 13 bytes", ng().raw(block(6, 13, 13)).bytes());
    assertDamage(0, "no block: it would have 8 bytes", ng().raw(block(6, 8, 8)).bytes());
    assertDamage(
        0, "its length is 16 there, and 12 at its beginning", ng().raw(block(5, 12, 16)).bytes());
    assertDamage(0, "cut off in the header of a packet", ng().raw(block(6, 12, 12)).bytes());
    assertDamage(0, "cut off in an interface", ng().raw(block(1, 12, 12)).bytes());
  }

  private static byte[] block(int type, int length, int lengthBehind) {
    return ByteBuffer.allocate(12)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(type)
        .putInt(length)
        .putInt(lengthBehind)
        .array();
  }

  @Test
  void whatIsNoCaptureIsRefusedWithWhatItIs() {
    assertRefused("too short", new byte[3]);
    assertRefused("it begins with 47400010", new byte[] {0x47, 0x40, 0, 0x10, 0});
    assertRefused("gunzip", new byte[] {0x1F, (byte) 0x8B, 8, 0});
    assertRefused("unzstd", new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD});
    assertRefused("editcap", "snoop\0\0\0".getBytes(US_ASCII));
    assertRefused("editcap", new byte[] {0x34, (byte) 0xCD, (byte) 0xB2, (byte) 0xA1});
    assertRefused("cut off in the header", Arrays.copyOf(CaptureMaker.pcap().bytes(), 23));
    assertRefused("cut off in the header", Arrays.copyOf(CaptureMaker.pcapng().bytes(), 27));
    assertRefused(
        "link type 105; allowed: Ethernet (1)",
        CaptureMaker.pcap(ByteOrder.BIG_ENDIAN, false, 105).bytes());
    byte[] version = CaptureMaker.pcap().bytes();
    version[4] = 3;
    assertRefused("version 3.4", version);
    byte[] noOrder = CaptureMaker.pcapng().bytes();
    noOrder[8] = 0;
    assertRefused("no byte order", noOrder);
  }

  private static void assertRefused(String said, byte[] file) {
    assertThatThrownBy(() -> CaptureReader.open(CaptureMaker.input(file)))
        .isInstanceOf(CaptureFormatException.class)
        .hasMessageContaining(said);
  }

  @Test
  void manyPacketsGoThroughTheBufferAndTheInputMayBeginAgain() throws IOException {
    CaptureMaker maker = CaptureMaker.pcap();
    byte[] longest = PacketMaker.payload(CaptureReader.MOST_PACKET_BYTES, 3);
    for (int packet = 0; packet < 5; packet++) {
      maker.record(NS + packet, longest).record(NS + packet, TWO);
    }
    CaptureInput input = maker.input();
    for (int pass = 0; pass < 3; pass++) {
      List<Packet> packets = packets(CaptureReader.open(input));
      assertThat(packets).hasSize(10).contains(Packet.of(longest, NS + 4, 1));
      input.restart(Channels.newChannel(new ByteArrayInputStream(maker.bytes())));
    }
  }
}
