package io.millrace.stream.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.stream.pcap.CaptureFilter.Prefix;
import io.millrace.stream.pcap.CaptureFilter.Rule;
import io.millrace.stream.pcap.CaptureFilter.Side;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CaptureFilterTest {
  private static final Side ANY = new Side(null, 0, 65535);

  private final UdpDatagram datagram = new UdpDatagram();

  private boolean passes(PacketMaker maker, Rule... rules) {
    byte[] packet = maker.bytes();
    ByteBuffer memory = ByteBuffer.wrap(packet);
    assertThat(datagram.find(memory, 0, packet.length, packet.length, 101))
        .isEqualTo(UdpDatagram.Found.DATAGRAM);
    return new CaptureFilter(List.of(rules)).matches(datagram, memory);
  }

  private static PacketMaker ipv4() { // 10.0.0.1 to 10.0.0.2
    return PacketMaker.udp(new byte[9], 40_000, 5004).ipv4();
  }

  private static PacketMaker ipv6() { // fd00::1 to fd00::2
    return PacketMaker.udp(new byte[9], 40_000, 5004).ipv6();
  }

  private static Side side(@Nullable String address, int bits) {
    return new Side(
        new Prefix(InetAddress.ofLiteral(String.valueOf(address)).getAddress(), bits), 0, 65535);
  }

  @Test
  void withoutRulesAllPass() {
    assertThat(passes(ipv4())).isTrue();
  }

  @Test
  void addressesByTheirPrefix() {
    assertThat(passes(ipv4(), new Rule(side("10.0.0.1", 32), ANY))).isTrue();
    assertThat(passes(ipv4(), new Rule(side("10.0.0.2", 32), ANY))).isFalse();
    assertThat(passes(ipv4(), new Rule(ANY, side("10.0.0.2", 32)))).isTrue();
    assertThat(passes(ipv4(), new Rule(side("10.0.0.2", 31), ANY))).isFalse();
    assertThat(passes(ipv4(), new Rule(side("10.0.0.0", 31), ANY))).isTrue();
    assertThat(passes(ipv4(), new Rule(side("10.0.0.0", 30), ANY))).isTrue();
    assertThat(passes(ipv4(), new Rule(side("10.192.0.0", 9), ANY))).isFalse();
    assertThat(passes(ipv4(), new Rule(side("0.0.0.0", 0), ANY))).isTrue();
    assertThat(passes(ipv6(), new Rule(side("0.0.0.0", 0), ANY))).isFalse();
    assertThat(passes(ipv6(), new Rule(side("fd00::", 8), side("fd00::2", 128)))).isTrue();
    assertThat(passes(ipv6(), new Rule(ANY, side("fd00::8", 125)))).isFalse();
    assertThat(passes(ipv4(), new Rule(side("::", 0), ANY))).isFalse();
  }

  @Test
  void portsByTheirRange() {
    assertThat(passes(ipv4(), new Rule(ANY, new Side(null, 5004, 5004)))).isTrue();
    assertThat(passes(ipv4(), new Rule(ANY, new Side(null, 5005, 65535)))).isFalse();
    assertThat(passes(ipv4(), new Rule(ANY, new Side(null, 0, 5003)))).isFalse();
    assertThat(passes(ipv4(), new Rule(new Side(null, 40_000, 50_000), ANY))).isTrue();
    assertThat(passes(ipv4(), new Rule(new Side(null, 5004, 5004), ANY))).isFalse();
  }

  @Test
  void oneRuleIsEnough() {
    Rule no = new Rule(side("192.0.2.0", 24), ANY);
    Rule yes = new Rule(ANY, new Side(null, 5004, 5004));
    assertThat(passes(ipv4(), no, yes)).isTrue();
    assertThat(passes(ipv4(), no, no)).isFalse();
  }
}
