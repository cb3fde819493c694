package io.millrace.counters;

/**
 * What the thread of a source has read, and what it left out. Written by that thread, read by any.
 */
public final class SourceCounters {
  private static final int DATAGRAMS = 0;
  private static final int BYTES = 1;
  private static final int SLOTS = 2;
  private static final int SKIPPED = 3;
  private static final int MALFORMED = 4;
  private static final int SIZE = 5;

  private final CounterBlock block = new CounterBlock(SIZE);

  /** A slot was handed over with so many datagrams. */
  public void handedOver(int datagrams, int bytes) {
    block.add(DATAGRAMS, datagrams);
    block.add(BYTES, bytes);
    block.increment(SLOTS);
  }

  /** Something was left out that is none of the stream's, such as an empty line. */
  public void skipped() {
    block.increment(SKIPPED);
  }

  /** Something was left out because it is not what the source is said to have. */
  public void malformed() {
    block.increment(MALFORMED);
  }

  /** Datagrams handed over to the sender. */
  public long datagrams() {
    return block.get(DATAGRAMS);
  }

  /** Payload bytes of these. */
  public long bytes() {
    return block.get(BYTES);
  }

  /** Slots handed over to the sender. */
  public long slots() {
    return block.get(SLOTS);
  }

  /** Pieces of input left out that are none of the stream's. */
  public long skippedCount() {
    return block.get(SKIPPED);
  }

  /** Pieces of input left out because they are not what the source is said to have. */
  public long malformedCount() {
    return block.get(MALFORMED);
  }
}
