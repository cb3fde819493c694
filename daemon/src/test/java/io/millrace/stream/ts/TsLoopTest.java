package io.millrace.stream.ts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TsLoopTest {
  private static final int VIDEO = 0x100;
  private static final long MS = TsPacket.CLOCK_HZ / 1000;
  private static final long UNITS_PER_MS = 90;

  private final TsLoop loop = new TsLoop();

  /** One pass of it, as it is sent. */
  private List<ByteBuffer> pass(TsMaker maker) throws IOException {
    List<ByteBuffer> sent = new ArrayList<>();
    TsInput input = maker.input();
    while (input.next()) {
      loop.rewrite(input.buffer(), input.at());
      byte[] packet = new byte[TsPacket.BYTES];
      input.buffer().get(input.at(), packet);
      sent.add(ByteBuffer.wrap(packet));
    }
    return sent;
  }

  private static TsMaker file() {
    TsMaker maker = new TsMaker().payload(0, 1).pcr(VIDEO, 1000 * MS);
    maker.pes(VIDEO, 1100 * UNITS_PER_MS, 1060 * UNITS_PER_MS);
    maker.pes(VIDEO, 1080 * UNITS_PER_MS, -1).pcrAlone(VIDEO, 1020 * MS);
    return maker.payload(TsPacket.NULL_PID, 9).payload(VIDEO, 3);
  }

  @Test
  void theFirstPassIsTheFile() throws IOException {
    TsMaker file = file();
    ByteBuffer sent = ByteBuffer.allocate(file.bytes().length);
    pass(file).forEach(sent::put);
    assertThat(sent.array()).isEqualTo(file.bytes());
  }

  @Test
  void clockAndTimeStampsGoOn() throws IOException {
    pass(file());
    // By its clock 40 ms, as by its time stamps: two pictures of 20 ms.
    assertThat(loop.nextPass(1000 * MS, 1040 * MS)).isZero();
    List<ByteBuffer> second = pass(file());
    assertThat(TsPacket.pcr(second.get(1), 0)).isEqualTo(1040 * MS);
    assertThat(TsPacket.pcr(second.get(4), 0)).isEqualTo(1060 * MS);
    assertThat(PesHeader.decodingTime(second.get(2), 0)).isEqualTo(1100 * UNITS_PER_MS);
    assertThat(PesHeader.decodingTime(second.get(3), 0)).isEqualTo(1120 * UNITS_PER_MS);
    loop.nextPass(1000 * MS, 1040 * MS);
    assertThat(TsPacket.pcr(pass(file()).get(1), 0)).isEqualTo(1080 * MS);
  }

  @Test
  void aClockThatEndsBeforeTheLastPictureWaitsForIt() throws IOException {
    pass(file());
    assertThat(loop.nextPass(1000 * MS, 1025 * MS)).isEqualTo(15 * MS);
    assertThat(TsPacket.pcr(pass(file()).get(1), 0)).isEqualTo(1040 * MS);
  }

  @Test
  void withoutAClockTimeStampsSayHowLongAPassIs() throws IOException {
    pass(file());
    loop.nextPass(TsPacket.NONE, TsPacket.NONE);
    assertThat(PesHeader.decodingTime(pass(file()).get(2), 0)).isEqualTo(1100 * UNITS_PER_MS);
  }

  @Test
  void countersGoOnAndOnlyPayloadsCount() throws IOException {
    TsMaker file = file();
    int[] last = new int[TsPacket.PIDS];
    java.util.Arrays.fill(last, -1);
    for (int pass = 0; pass < 40; pass++) {
      for (ByteBuffer packet : pass(file)) {
        int pid = TsPacket.pid(packet, 0);
        if (pid != TsPacket.NULL_PID) {
          int counter = TsPacket.continuity(packet, 0);
          int step = TsPacket.hasPayload(packet, 0) ? 1 : 0;
          if (last[pid] >= 0) {
            assertThat(counter)
                .as("pass %d, PID %d", pass, pid)
                .isEqualTo((last[pid] + step) & 0xF);
          }
          last[pid] = counter;
        }
      }
      loop.nextPass(1000 * MS, 1040 * MS);
    }
  }

  @Test
  void aBreakInTheFileStaysOne() throws IOException {
    byte[] bytes = new TsMaker().payloads(5, 4).bytes();
    bytes[2 * TsPacket.BYTES + 3] = (byte) (bytes[2 * TsPacket.BYTES + 3] + 3);
    bytes[3 * TsPacket.BYTES + 3] = (byte) (bytes[3 * TsPacket.BYTES + 3] + 3);
    TsMaker file = new TsMaker().raw(bytes);
    pass(file);
    loop.nextPass(TsPacket.NONE, TsPacket.NONE);
    List<Integer> counters = new ArrayList<>();
    for (ByteBuffer packet : pass(file)) {
      counters.add(TsPacket.continuity(packet, 0));
    }
    assertThat(counters).containsExactly(7, 8, 12, 13);
  }

  @Test
  void theClockWraps() throws IOException {
    TsMaker file = new TsMaker().pcr(VIDEO, 1000 * MS);
    pass(file);
    loop.nextPass(1000 * MS, 0);
    assertThat(TsPacket.pcr(pass(file).get(0), 0)).isZero();
  }
}
