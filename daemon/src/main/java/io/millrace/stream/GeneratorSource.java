package io.millrace.stream;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Makes datagrams of one size. Their bytes count up modulo 256; a sequenced one begins with a
 * header of 16 bytes, big endian: its number, from 0, and the time of sending in nanoseconds since
 * the epoch.
 *
 * <p>The constant part is written only to slots that another source has filled meanwhile (see
 * {@link Slab#filler(int)}): in the steady state a datagram costs its header.
 *
 * <p>Those that leave one by one begin where they touch as few pages as they can, with gaps between
 * them: each page is one more fragment for the kernel to look up, reference and let go of.
 */
public final class GeneratorSource implements Source {
  /** Bytes of the sequenced header. */
  public static final int HEADER_BYTES = 16;

  /** For {@code count}: no end. */
  public static final long ENDLESS = -1;

  private static final int PAGE_BYTES = 4096;

  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private final int datagramBytes;
  private final int strideBytes;
  private final int datagramsPerSlot;
  private final boolean sequenced;
  private final int filler;

  /**
   * One datagram, to be copied: written byte by byte, a slot took the loop 20 ms before it was
   * compiled, and the first datagram waits for the first slot.
   */
  private final MemorySegment pattern;

  private long remaining;
  private long sequence;
  private int payloadBytes;

  /**
   * A generator.
   *
   * @param count datagrams to make, or {@link #ENDLESS}
   * @param trains datagrams lie side by side, as those of a train must; otherwise each where it
   *     touches the fewest pages
   * @param filler a number other than 0 that no other source of this slab has, unless it is a
   *     generator with the same size, sequencing and trains
   */
  public GeneratorSource(
      Slab slab,
      BufferPool pool,
      SlotReferences references,
      int datagramBytes,
      long count,
      boolean sequenced,
      boolean trains,
      int filler) {
    this.slab = slab;
    this.pool = pool;
    this.references = references;
    this.datagramBytes = datagramBytes;
    this.strideBytes = trains ? datagramBytes : stride(datagramBytes);
    this.datagramsPerSlot = 1 + (slab.slotBytes() - datagramBytes) / strideBytes;
    this.remaining = count == ENDLESS ? Long.MAX_VALUE : count;
    this.sequenced = sequenced;
    this.filler = filler;
    this.pattern = MemorySegment.ofArray(pattern(datagramBytes));
  }

  private static byte[] pattern(int datagramBytes) {
    byte[] pattern = new byte[datagramBytes];
    for (int index = 0; index < datagramBytes; index++) {
      pattern[index] = (byte) index;
    }
    return pattern;
  }

  /** A power of two up to a page, whole pages above. */
  private static int stride(int datagramBytes) {
    return datagramBytes <= PAGE_BYTES
        ? Integer.highestOneBit(2 * datagramBytes - 1)
        : (datagramBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
  }

  @Override
  public int next(int wanted, long epochNs) {
    if (remaining == 0) {
      return FINISHED;
    }
    int slot = pool.claim();
    if (slot == BufferPool.NONE) {
      return NO_SLOT;
    }
    if (slab.filler(slot) != filler) {
      writePattern(slot);
    }
    int datagrams = (int) Math.min(remaining, Math.min(wanted, datagramsPerSlot));
    if (sequenced) {
      writeHeaders(slot, datagrams, epochNs);
    }
    remaining -= datagrams;
    payloadBytes = (datagrams - 1) * strideBytes + datagramBytes;
    references.begin(slot);
    return slot;
  }

  private void writeHeaders(int slot, int datagrams, long epochNs) {
    MemorySegment memory = slab.memory();
    long offset = slab.offset(slot);
    for (int datagram = 0; datagram < datagrams; datagram++) {
      memory.set(BIG_ENDIAN_LONG, offset, sequence++);
      memory.set(BIG_ENDIAN_LONG, offset + Long.BYTES, epochNs);
      offset += strideBytes;
    }
  }

  private void writePattern(int slot) {
    slab.filler(slot, filler);
    MemorySegment memory = slab.memory();
    long begin = slab.offset(slot);
    for (int datagram = 0; datagram < datagramsPerSlot; datagram++) {
      long offset = begin + (long) datagram * strideBytes;
      MemorySegment.copy(pattern, 0, memory, offset, datagramBytes);
    }
  }

  @Override
  public int payloadBytes() {
    return payloadBytes;
  }

  @Override
  public int datagramBytes() {
    return datagramBytes;
  }

  @Override
  public int strideBytes() {
    return strideBytes;
  }

  @Override
  public void close() {}
}
