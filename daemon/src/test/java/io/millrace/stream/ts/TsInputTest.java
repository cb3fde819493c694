package io.millrace.stream.ts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TsInputTest {
  private static List<Long> offsets(TsInput input) throws IOException {
    List<Long> offsets = new ArrayList<>();
    while (input.next()) {
      offsets.add(input.offset());
    }
    return offsets;
  }

  @Test
  void packetsFollowEachOther() throws IOException {
    TsInput input = new TsMaker().payloads(1, 2000).input();
    List<Long> offsets = offsets(input);
    assertThat(offsets).hasSize(2000).endsWith(1999L * TsPacket.BYTES);
    assertThat(input.losses()).isZero();
    assertThat(input.cutBytes()).isZero();
    assertThat(input.next()).isFalse();
  }

  @Test
  void aPacketWithoutItsSyncByteIsLeftOut() throws IOException {
    byte[] bytes = new TsMaker().payloads(1, 20).bytes();
    bytes[3 * TsPacket.BYTES] = 0;
    TsInput input = TsMaker.input(bytes);
    assertThat(offsets(input)).hasSize(19).doesNotContain(3L * TsPacket.BYTES);
    assertThat(input.losses()).isEqualTo(1);
    assertThat(input.lostAt()).isEqualTo(3L * TsPacket.BYTES);
  }

  @Test
  void bytesBetweenPacketsAreLeftOut() throws IOException {
    TsMaker maker = new TsMaker().payloads(1, 800);
    maker.raw((byte) 0x47, (byte) 0, (byte) 0x47).payloads(1, 800);
    TsInput input = maker.input();
    // The first of the three looks like a packet, which swallows what belongs to the next one.
    assertThat(offsets(input)).hasSize(1600);
    assertThat(input.losses()).isEqualTo(1);
  }

  @Test
  void aPacketThatIsCutOffIsNone() throws IOException {
    TsInput input = new TsMaker().payloads(1, 3).raw((byte) 0x47, (byte) 1).input();
    assertThat(offsets(input)).hasSize(3);
    assertThat(input.cutBytes()).isEqualTo(2);
  }

  @Test
  void nothingAtAllEndsAtOnce() throws IOException {
    assertThat(TsMaker.input(new byte[0]).next()).isFalse();
    TsInput zeros = TsMaker.input(new byte[300_000]);
    assertThat(zeros.next()).isFalse();
    assertThat(zeros.losses()).isEqualTo(1);
  }
}
