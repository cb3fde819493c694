package io.millrace.stream.ts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TsProbeTest {
  private static final int ANY = -1;

  @TempDir private Path folder = Path.of("");

  private int probe(byte[] bytes, int wanted) throws IOException {
    Path file = Files.write(folder.resolve("stream.ts"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      return TsProbe.pcrPid(channel, wanted);
    }
  }

  private void assertRefused(byte[] bytes, String... said) {
    assertThatThrownBy(() -> probe(bytes, ANY))
        .isInstanceOf(TsFormatException.class)
        .message()
        .contains(said);
  }

  @Test
  void theClockIsThatOfTheFirstProgramme() throws IOException {
    TsMaker maker = new TsMaker().pcr(9, 0).pcr(9, 300).tables(0x20, 0x100);
    byte[] bytes = maker.pcr(0x100, 0).pcr(0x100, 600).bytes();
    assertThat(probe(bytes, ANY)).isEqualTo(0x100);
    assertThat(probe(bytes, 9)).isEqualTo(9);
    assertThat(probe(bytes, 10)).isEqualTo(-1);
  }

  @Test
  void withoutTablesItIsThatOfTheLowestPid() throws IOException {
    TsMaker maker = new TsMaker().pcr(7, 0).pcr(8, 0).payloads(1, 5).pcr(8, 300).pcr(7, 300);
    assertThat(probe(maker.bytes(), ANY)).isEqualTo(7);
  }

  @Test
  void aStreamMayHaveNoClock() throws IOException {
    assertThat(probe(new TsMaker().payloads(1, 50).pcr(7, 0).bytes(), ANY)).isEqualTo(-1);
  }

  @Test
  void whatHasNoPacketsIsRefused() {
    assertRefused(new byte[187], "187 bytes", "188");
    assertRefused(new byte[10_000], "no sync byte (0x47) at offset 0, and none");
    byte[] losesIt = new TsMaker().payloads(1, 2).raw(new byte[10_000]).bytes();
    assertRefused(losesIt, "no sync byte (0x47) at offset 376");
  }

  @Test
  void whatIsBeforeTheFirstPacketIsNamed() {
    byte[] late = new TsMaker().raw(new byte[57]).payloads(1, 50).bytes();
    assertRefused(late, "at offset 0: the first packet begins at offset 57");
  }

  @Test
  void otherPacketSizesAreNamed() {
    TsMaker m2ts = new TsMaker();
    TsMaker coded = new TsMaker();
    for (int packet = 0; packet < 20; packet++) {
      m2ts.raw(new byte[4]).payload(1, packet);
      coded.payload(1, packet).raw(new byte[16]);
    }
    assertRefused(m2ts.bytes(), "192-byte packets", "M2TS", "ffmpeg");
    assertRefused(coded.bytes(), "204-byte packets");
  }

  @Test
  void aFileThatIsCutOffIsRefused() {
    byte[] whole = new TsMaker().pcr(7, 0).payloads(1, 50).pcr(7, 300).bytes();
    byte[] cut = Arrays.copyOf(whole, whole.length - 88);
    assertRefused(cut, "truncated: 100 bytes", "truncate -s " + (whole.length - TsPacket.BYTES));
  }

  @Test
  void aClockThatStandsIsNone() {
    assertRefused(new TsMaker().pcr(7, 5).pcr(7, 5).bytes(), "no two PCRs with the PID 7");
  }
}
