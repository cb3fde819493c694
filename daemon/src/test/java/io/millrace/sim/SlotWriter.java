package io.millrace.sim;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.millrace.buffer.Slab;
import io.millrace.stream.GeneratorSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Fills slots with numbered datagrams, side by side, as they lie in a file. */
final class SlotWriter {
  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Slab slab;
  private final int datagramBytes;
  private int nextNumber;

  SlotWriter(Slab slab, int datagramBytes) {
    this.slab = slab;
    this.datagramBytes = datagramBytes;
  }

  /** Returns the payload bytes; the last datagram may be short, as at the end of a file. */
  int fill(int slot, Dice dice) {
    int datagrams = dice.between(1, slab.slotBytes() / datagramBytes);
    int lastBytes =
        dice.chance(0.3)
            ? dice.between(GeneratorSource.HEADER_BYTES, datagramBytes)
            : datagramBytes;
    MemorySegment memory = slab.memory();
    long offset = slab.offset(slot);
    for (int datagram = 0; datagram < datagrams; datagram++) {
      int bytes = datagram == datagrams - 1 ? lastBytes : datagramBytes;
      MemorySegment.copy(SimSocket.PATTERN, 0, memory, offset, bytes);
      memory.set(BIG_ENDIAN_LONG, offset, nextNumber++);
      offset += datagramBytes;
    }
    return (datagrams - 1) * datagramBytes + lastBytes;
  }
}
