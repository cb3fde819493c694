package io.millrace.stream;

import io.millrace.buffer.SlotReferences;

/**
 * A file that lies in registered memory as a whole: sending it copies nothing and reads nothing.
 * Holds its slots until it is closed. Owned by one SenderThread.
 */
public final class PreloadedSource implements Source {
  private final SlotReferences references;
  private final int[] slots;
  private final int[] bytes;
  private final int datagramBytes;
  private final boolean loop;

  private int position;
  private int payloadBytes;

  /**
   * Takes over slots that the caller has claimed and filled.
   *
   * @param bytes payload of each slot, at least 1
   */
  public PreloadedSource(
      SlotReferences references, int[] slots, int[] bytes, int datagramBytes, boolean loop) {
    this.references = references;
    this.slots = slots;
    this.bytes = bytes;
    this.datagramBytes = datagramBytes;
    this.loop = loop;
    for (int slot : slots) {
      references.begin(slot);
    }
  }

  @Override
  public int next(int wanted, long epochNs) {
    if (position == slots.length) {
      if (!loop || slots.length == 0) { // a file may have become empty since its check
        return FINISHED;
      }
      position = 0;
    }
    int slot = slots[position];
    payloadBytes = bytes[position];
    position++;
    references.acquire(slot);
    return slot;
  }

  /** Slots that it holds. */
  public int slots() {
    return slots.length;
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
  public void close() {
    for (int slot : slots) {
      references.release(slot);
    }
  }
}
