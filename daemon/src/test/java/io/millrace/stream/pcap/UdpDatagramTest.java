package io.millrace.stream.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.stream.pcap.UdpDatagram.Found;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is found in a packet, behind every header that may stand before it. */
final class UdpDatagramTest {
  private static final int RAW = 101;
  private static final int ETHERNET = 1;
  private static final int[] FROM = {192, 0, 2, 1};
  private static final int[] TO = {192, 0, 2, 2};

  private final byte[] payload = PacketMaker.payload(100, 'x');
  private final UdpDatagram datagram = new UdpDatagram();

  private Found find(int linkType, byte[] packet, int captured) {
    // Something else lies around it.
    byte[] memory = new byte[packet.length + 50];
    Arrays.fill(memory, (byte) 0x45);
    System.arraycopy(packet, 0, memory, 20, captured);
    return datagram.find(ByteBuffer.wrap(memory), 20, captured, packet.length, linkType);
  }

  private void assertFound(int linkType, PacketMaker maker) {
    byte[] packet = maker.bytes();
    assertThat(find(linkType, packet, packet.length)).isEqualTo(Found.DATAGRAM);
    assertThat(datagram.payloadBytes()).isEqualTo(100);
    int at = datagram.payloadAt() - 20;
    assertThat(Arrays.copyOfRange(packet, at, at + 100)).isEqualTo(payload);
    assertThat(datagram.sourcePort()).isEqualTo(50_000);
    assertThat(datagram.destinationPort()).isEqualTo(5004);
    // Captured in part it is truncated, or what it is can't be seen.
    for (int captured = 0; captured < at + 100; captured++) {
      assertThat(find(linkType, packet, captured)).isEqualTo(Found.TRUNCATED);
    }
    // And if the capture says that this was all of it, it lies.
    for (int length = 0; length < at + 100; length++) {
      assertThat(find(linkType, Arrays.copyOf(packet, length), length)).isEqualTo(Found.MALFORMED);
    }
  }

  private PacketMaker udp() {
    return PacketMaker.udp(payload, 50_000, 5004);
  }

  @Test
  void behindEveryLinkHeader() {
    assertFound(ETHERNET, udp().ipv4().ethernet());
    assertFound(ETHERNET, udp().ipv6().ethernet());
    assertFound(ETHERNET, udp().ipv4().tag(0x8100, 7).ethernet());
    assertFound(ETHERNET, udp().ipv6().tag(0x8100, 7).tag(0x88A8, 100).ethernet());
    assertFound(ETHERNET, udp().ipv4().tag(0x8100, 7).tag(0x9100, 1).tag(0x8100, 2).ethernet());
    assertFound(113, udp().ipv4().cooked());
    assertFound(113, udp().ipv6().tag(0x8100, 7).cooked());
    assertFound(276, udp().ipv4().cooked2());
    assertFound(276, udp().ipv6().tag(0x8100, 7).cooked2());
    for (int raw : new int[] {RAW, 12, 14, 228}) {
      assertFound(raw, udp().ipv4());
    }
    assertFound(229, udp().ipv6());
    for (int[] family : new int[][] {{2, 0, 0, 0}, {0, 0, 0, 2}}) {
      assertFound(0, udp().ipv4().before(family));
      assertFound(108, udp().ipv4().before(family));
    }
    assertFound(0, udp().ipv6().before(30, 0, 0, 0));
  }

  @Test
  void behindExtensionHeaders() {
    assertFound(RAW, udp().extension(60, 1).extension(43, 3).extension(0, 2).ipv6());
    assertFound(RAW, udp().extension(51, 3).extension(135, 1).ipv6());
    assertFound(RAW, udp().fragmentHeader(0).extension(0, 1).ipv6());
  }

  @Test
  void shortFramesArePadded() {
    byte[] packet = PacketMaker.udp(new byte[] {1}, 1, 2).ipv4().ethernet().padded().bytes();
    assertThat(find(ETHERNET, packet, packet.length)).isEqualTo(Found.DATAGRAM);
    assertThat(datagram.payloadBytes()).isEqualTo(1);
  }

  private void assertWhat(Found what, int linkType, PacketMaker maker) {
    byte[] packet = maker.bytes();
    assertThat(find(linkType, packet, packet.length)).isEqualTo(what);
  }

  @Test
  void fragmentsAreNoDatagrams() {
    assertWhat(Found.FRAGMENT, RAW, udp().ipv4(0x2000, FROM, TO));
    assertWhat(Found.FRAGMENT, RAW, udp().ipv4(0x0001, FROM, TO));
    assertWhat(Found.FRAGMENT, RAW, udp().fragmentHeader(1).ipv6());
    assertWhat(Found.FRAGMENT, RAW, udp().fragmentHeader(8).extension(0, 1).ipv6());
    assertWhat(Found.NOT_UDP, RAW, udp().protocol(6).fragmentHeader(8).ipv6());
    assertWhat(Found.NOT_UDP, RAW, udp().protocol(6).ipv4(0x2000, FROM, TO));
    assertWhat(Found.DATAGRAM, RAW, udp().ipv4(0x4000, FROM, TO)); // don't fragment
  }

  @Test
  void othersAreNotUdp() {
    assertWhat(Found.NOT_UDP, RAW, udp().protocol(6).ipv4());
    assertWhat(Found.NOT_UDP, RAW, udp().protocol(58).extension(0, 1).ipv6());
    assertWhat(Found.NOT_UDP, RAW, udp().protocol(50).ipv6());
    assertWhat(Found.NOT_UDP, ETHERNET, udp().ethernet()); // of type 0
    assertWhat(Found.NOT_UDP, 0, udp().before(7, 0, 0, 0));
    assertWhat(Found.UNKNOWN_LINK, 105, udp().ipv4());
    assertWhat(Found.UNKNOWN_LINK, LinkType.NONE, udp().ipv4());
    assertWhat(Found.EMPTY, RAW, PacketMaker.udp(new byte[0], 1, 2).ipv4());
  }

  @Test
  void lengthsMustAgree() {
    assertMalformed(0, 0x44); // four words of header
    assertMalformed(3, 0);
    assertMalformed(3, 40); // shorter than UDP says
    assertMalformed(24 + 4, 1);
    assertMalformed(24 + 5, 7);
    byte[] ipv6 = udp().extension(0, 1).ipv6().bytes();
    ipv6[4] = 0;
    ipv6[5] = 7;
    assertThat(find(RAW, ipv6, ipv6.length)).isEqualTo(Found.MALFORMED);
  }

  private void assertMalformed(int at, int value) {
    assertWith(Found.MALFORMED, at, value);
  }

  private void assertWith(Found what, int at, int value) {
    byte[] packet = udp().ipv4().bytes();
    packet[at] = (byte) value;
    assertThat(find(RAW, packet, packet.length)).isEqualTo(what);
  }

  @Test
  void whatLiesBehindTheDatagramIsNoMatter() {
    assertWith(Found.DATAGRAM, 2, 9); // IP goes on
    assertWith(Found.DATAGRAM, 24 + 5, 8 + 50); // UDP ends before
  }
}
