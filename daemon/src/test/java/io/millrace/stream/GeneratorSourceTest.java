package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GeneratorSourceTest {
  private static final int SLOT_BYTES = 1024;

  private final Memory memory = new Memory(3, SLOT_BYTES);

  @AfterEach
  void close() {
    memory.close();
  }

  private GeneratorSource generator(int datagramBytes, long count, boolean sequenced, int filler) {
    return new GeneratorSource(
        memory.slab,
        memory.pool,
        memory.references,
        datagramBytes,
        count,
        sequenced,
        false,
        filler);
  }

  private static byte[] pattern(int bytes) {
    byte[] pattern = new byte[bytes];
    for (int index = 0; index < bytes; index++) {
      pattern[index] = (byte) index;
    }
    return pattern;
  }

  private static byte[] sequenced(int bytes, long sequence, long epochNs) {
    return ByteBuffer.wrap(pattern(bytes))
        .order(ByteOrder.BIG_ENDIAN)
        .putLong(sequence)
        .putLong(epochNs)
        .array();
  }

  @Test
  void theHeaderIsTheNumberAndTheTimeBigEndian() {
    GeneratorSource source = generator(100, 1, true, 1);
    int slot = source.next(1, 0x1122_3344_5566_7788L);
    assertThat(memory.bytes(slot, 0, 16))
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88);
  }

  @Test
  void aSlotHoldsAsManyDatagramsAsAreWanted() {
    GeneratorSource source = generator(100, GeneratorSource.ENDLESS, true, 1);
    int slot = source.next(3, 77);
    assertThat(source.payloadBytes()).isEqualTo(356);
    assertThat(source.datagramBytes()).isEqualTo(100);
    assertThat(source.strideBytes()).isEqualTo(128);
    for (int datagram = 0; datagram < 3; datagram++) {
      assertThat(memory.bytes(slot, datagram * 128, 100)).isEqualTo(sequenced(100, datagram, 77));
    }
    int second = source.next(1, 78);
    assertThat(memory.bytes(second, 0, 100)).isEqualTo(sequenced(100, 3, 78));
  }

  @Test
  void aSlotHoldsNoMoreThanFit() {
    GeneratorSource source = generator(300, GeneratorSource.ENDLESS, true, 1);
    source.next(50, 0);
    assertThat(source.payloadBytes()).as("at 0 and 512").isEqualTo(812);
    GeneratorSource full = generator(SLOT_BYTES, GeneratorSource.ENDLESS, true, 2);
    full.next(50, 0);
    assertThat(full.payloadBytes()).isEqualTo(SLOT_BYTES);
  }

  @Test
  void theLastFillIsAsShortAsTheCountWants() {
    GeneratorSource source = generator(100, 13, true, 1);
    source.next(50, 0);
    assertThat(source.payloadBytes()).as("eight").isEqualTo(7 * 128 + 100);
    int last = source.next(50, 5);
    assertThat(source.payloadBytes()).as("five").isEqualTo(4 * 128 + 100);
    assertThat(memory.bytes(last, 4 * 128, 100)).isEqualTo(sequenced(100, 12, 5));
    assertThat(source.next(50, 0)).isEqualTo(Source.FINISHED);
    assertThat(source.next(50, 0)).as("and it stays at that").isEqualTo(Source.FINISHED);
    assertThat(memory.pool.free()).isEqualTo(1);
  }

  @Test
  void withoutSequenceNumbersTheBytesJustCountUp() {
    GeneratorSource source = generator(400, 2, false, 1);
    int slot = source.next(2, 99);
    assertThat(memory.bytes(slot, 0, 400)).isEqualTo(pattern(400));
    assertThat(memory.bytes(slot, 512, 400)).isEqualTo(pattern(400));
  }

  @Test
  void anExhaustedPoolLosesNoSequenceNumber() {
    GeneratorSource source = generator(1000, 4, true, 1);
    int first = source.next(1, 0);
    source.next(1, 0);
    source.next(1, 0);
    assertThat(source.next(1, 0)).isEqualTo(Source.NO_SLOT);
    memory.references.release(first);
    int slot = source.next(1, 0);
    assertThat(memory.bytes(slot, 0, 1000)).isEqualTo(sequenced(1000, 3, 0));
  }

  /** Sources that share a slab take turns with its slots. */
  @Test
  void nothingOfAnotherSourceIsLeftInASlot() {
    memory.fillWith((byte) 0xEE);
    GeneratorSource large = generator(500, GeneratorSource.ENDLESS, true, 1);
    GeneratorSource small = generator(90, GeneratorSource.ENDLESS, true, 2);
    for (int turn = 0; turn < 10; turn++) {
      int slot = large.next(2, turn);
      assertThat(memory.bytes(slot, 0, 500)).isEqualTo(sequenced(500, 2L * turn, turn));
      assertThat(memory.bytes(slot, 512, 500)).isEqualTo(sequenced(500, 2L * turn + 1, turn));
      memory.references.release(slot);
      int other = small.next(8, turn);
      assertThat(other).as("the same slot, last in first out").isEqualTo(slot);
      for (int datagram = 0; datagram < 8; datagram++) {
        assertThat(memory.bytes(other, datagram * 128, 90))
            .isEqualTo(sequenced(90, 8L * turn + datagram, turn));
      }
      memory.references.release(other);
    }
  }

  @Test
  void theSlotComesWithTheCallersReference() {
    GeneratorSource source = generator(100, 1, true, 1);
    int slot = source.next(1, 0);
    assertThat(memory.pool.free()).isEqualTo(2);
    memory.references.release(slot);
    assertThat(memory.pool.free()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 65, 1316, 1400, 1472, 2048, 2049, 4096, 4097, 8000, 8972, 65_507})
  void noDatagramTouchesMorePagesThanItMust(int bytes) {
    try (Memory large = new Memory(1, 65_536)) {
      GeneratorSource source =
          new GeneratorSource(
              large.slab,
              large.pool,
              large.references,
              bytes,
              GeneratorSource.ENDLESS,
              false,
              false,
              1);
      source.next(Integer.MAX_VALUE, 0);
      int fewest = (bytes + 4095) / 4096;
      int count = 0;
      for (int begin = 0; begin < source.payloadBytes(); begin += source.strideBytes()) {
        assertThat((begin + bytes - 1) / 4096 - begin / 4096 + 1).isEqualTo(fewest);
        count++;
      }
      assertThat(count).isGreaterThanOrEqualTo(65_536 / (2 * bytes));
    }
  }
}
