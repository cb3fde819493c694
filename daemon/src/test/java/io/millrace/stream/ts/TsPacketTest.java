package io.millrace.stream.ts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ByteBufferBackingArray") // allocated here
final class TsPacketTest {
  private static ByteBuffer packet(TsMaker maker) {
    return ByteBuffer.wrap(maker.bytes());
  }

  @Test
  void pcrsAreReadAsTheyWereWritten() {
    for (long ticks : new long[] {0, 299, 300, 599, TsPacket.PCR_WRAP - 1, 123_456_789_012L}) {
      ByteBuffer packet = packet(new TsMaker().pcr(0x101, ticks));
      assertThat(TsPacket.pcr(packet, 0)).isEqualTo(ticks);
      assertThat(TsPacket.pid(packet, 0)).isEqualTo(0x101);
    }
  }

  /** The example of a PCR in bits: base 1, extension 2. */
  @Test
  void pcrsLieWhereTheStandardHasThem() {
    ByteBuffer packet = packet(new TsMaker().pcr(1, 302));
    assertThat(packet.getInt(6)).isZero();
    assertThat(packet.getShort(10) & 0xFFFF).isEqualTo(0x8000 | 0x7E00 | 2);
  }

  @Test
  void packetsWithoutAdaptationFieldHaveNoClock() {
    ByteBuffer packet = packet(new TsMaker().payload(5, 0xFF));
    assertThat(TsPacket.pcr(packet, 0)).isEqualTo(TsPacket.NONE);
    assertThat(TsPacket.isDiscontinuity(packet, 0)).isFalse();
    assertThat(TsPacket.payloadAt(packet, 0)).isEqualTo(4);
  }

  @Test
  void adaptationFieldsThatAreTooShortOrTooLongHaveNoClock() {
    ByteBuffer packet = packet(new TsMaker().pcr(5, 7));
    for (int length : new int[] {0, 1, 6, 184, 255}) {
      packet.put(4, (byte) length);
      assertThat(TsPacket.pcr(packet, 0)).as("length " + length).isEqualTo(TsPacket.NONE);
      assertThat(TsPacket.payloadAt(packet, 0)).isLessThanOrEqualTo(TsPacket.BYTES);
    }
  }

  @Test
  void timeStampsAreShiftedAndWrap() {
    long last = TsPacket.BASE_WRAP - 1;
    ByteBuffer packet = packet(new TsMaker().pes(0x100, last, last - 3600));
    assertThat(PesHeader.decodingTime(packet, 0)).isEqualTo(last - 3600);
    PesHeader.shift(packet, 0, 3601);
    assertThat(packet.array())
        .containsExactly(new TsMaker().pes(0x100, 3600, 0).bytes()); // DTS wraps to 0
  }

  @Test
  void aStampWithoutDecodingTimeIsBoth() {
    ByteBuffer packet = packet(new TsMaker().pes(0x100, 5_000_000_000L, -1));
    assertThat(PesHeader.decodingTime(packet, 0)).isEqualTo(5_000_000_000L);
    PesHeader.shift(packet, 0, 1);
    assertThat(packet.array())
        .containsExactly(new TsMaker().pes(0x100, 5_000_000_001L, -1).bytes());
  }

  @Test
  void whatIsNoPesHeaderIsLeftAlone() {
    ByteBuffer scrambled = packet(new TsMaker().pes(0x100, 1, 1));
    scrambled.put(3, (byte) (scrambled.get(3) | 0x80));
    assertThat(PesHeader.decodingTime(scrambled, 0)).isEqualTo(TsPacket.NONE);
    ByteBuffer padding = packet(new TsMaker().pes(0x100, 1, 1));
    padding.put(7, (byte) 0xBE);
    assertThat(PesHeader.decodingTime(padding, 0)).isEqualTo(TsPacket.NONE);
    assertThat(PesHeader.decodingTime(packet(new TsMaker().payload(0x100, 0)), 0))
        .isEqualTo(TsPacket.NONE);
  }

  @Test
  void rtpHeadersAreThoseOfRfc3550() {
    RtpHeader rtp = new RtpHeader(0x1234_5678, 0xFFFF);
    ByteBuffer buffer = ByteBuffer.allocate(30);
    rtp.write(buffer, 2, 300 * 0x1_0000_0001L);
    rtp.write(buffer, 16, 0);
    assertThat(buffer.slice(2, 12).order()).isEqualTo(java.nio.ByteOrder.BIG_ENDIAN);
    assertThat(buffer.getInt(2)).isEqualTo(0x8021_FFFF);
    assertThat(buffer.getInt(6)).isEqualTo(1);
    assertThat(buffer.getInt(10)).isEqualTo(0x1234_5678);
    assertThat(buffer.getInt(16)).isEqualTo(0x8021_0000);
  }
}
