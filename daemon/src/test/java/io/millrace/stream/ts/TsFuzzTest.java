package io.millrace.stream.ts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the bytes are: no exception but the parsers' own, no end that doesn't come. */
final class TsFuzzTest {
  private static final int ROUNDS = 400;

  @TempDir private Path folder = Path.of("");

  @Test
  void damagedStreamsAreReadToTheirEnd() {
    long seed = System.nanoTime();
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(60), () -> readAll(new SplittableRandom(seed)), () -> "seed " + seed);
  }

  private void readAll(SplittableRandom random) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = random.nextInt(10) == 0 ? noise(random) : damage(random, stream(random));
      read(bytes);
      probe(bytes);
    }
  }

  private static void read(byte[] bytes) throws IOException {
    TsInput input = TsMaker.input(bytes);
    TsTimeline timeline = new TsTimeline(TsMaker.input(bytes), 0x100, 0);
    TsLoop loop = new TsLoop();
    long packets = 0;
    long ticks = 0;
    try {
      while (input.next()) {
        long next = timeline.ticks(packets);
        assertThat(next).isGreaterThanOrEqualTo(ticks);
        ticks = next;
        loop.rewrite(input.buffer(), input.at());
        packets++;
      }
      timeline.ticks(packets);
      long gap = loop.nextPass(timeline.firstPcr(), timeline.endPcr(packets));
      assertThat(gap).isBetween(0L, 2 * TsPacket.CLOCK_HZ);
      input = TsMaker.input(bytes);
      while (input.next()) {
        loop.rewrite(input.buffer(), input.at());
      }
    } catch (TsFormatException expected) {
      assertThat(expected).hasMessageContaining("PCR");
    }
    assertThat(packets).isLessThanOrEqualTo(bytes.length / TsPacket.BYTES);
  }

  private void probe(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("damaged.ts"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      TsProbe.pcrPid(channel, -1);
    } catch (TsFormatException expected) {
      assertThat(expected.getMessage()).isNotBlank();
    }
  }

  private static byte[] stream(SplittableRandom random) {
    TsMaker maker = new TsMaker().tables(0x20, 0x100);
    long pcr = random.nextLong(TsPacket.PCR_WRAP);
    for (int packet = 0; packet < random.nextInt(20, 300); packet++) {
      pcr = TsClock.add(pcr, random.nextInt(100_000));
      switch (random.nextInt(8)) {
        case 0 -> maker.pcr(0x100, pcr, random.nextInt(10) == 0);
        case 1 -> maker.pcrAlone(0x100, pcr);
        case 2 -> maker.pes(0x100, pcr / 300, pcr / 300);
        case 3 -> maker.pes(0x101, pcr / 300, -1);
        default -> maker.payload(random.nextInt(TsPacket.PIDS), packet);
      }
    }
    return maker.bytes();
  }

  private static byte[] noise(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(5000)];
    random.nextBytes(bytes);
    for (int at = 0; at < bytes.length; at += 1 + random.nextInt(188)) {
      bytes[at] = TsPacket.SYNC;
    }
    return bytes;
  }

  private static byte[] damage(SplittableRandom random, byte[] bytes) {
    int changes = random.nextInt(30);
    for (int change = 0; change < changes; change++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    int from = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : 0;
    int to = random.nextInt(4) == 0 ? random.nextInt(from, bytes.length) : bytes.length;
    return java.util.Arrays.copyOfRange(bytes, from, to);
  }
}
