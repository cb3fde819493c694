package io.millrace.counters;

/**
 * What the thread of a source has read, and what it left out. Written by that thread, read by any.
 */
public final class SourceCounters {
  private static final int DATAGRAMS = 0;
  private static final int BYTES = 1;
  private static final int SLOTS = 2;
  private static final int MALFORMED = 3;

  /** The first of as many as there are reasons. */
  private static final int SKIPPED = 4;

  private static final int SIZE = SKIPPED + SkipReason.count();

  private final CounterBlock block = new CounterBlock(SIZE);

  /** A slot was handed over with so many datagrams. */
  public void handedOver(int datagrams, int bytes) {
    block.add(DATAGRAMS, datagrams);
    block.add(BYTES, bytes);
    block.increment(SLOTS);
  }

  /** Something was left out that is none of the stream's. */
  public void skipped(SkipReason reason) {
    block.increment(SKIPPED + reason.ordinal());
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

  /** Pieces of input left out that are none of the stream's, for whatever reason. */
  public long skippedCount() {
    long sum = 0;
    for (int reason = 0; reason < SkipReason.count(); reason++) {
      sum += skippedCount(reason);
    }
    return sum;
  }

  /** Those of one reason, by its ordinal. */
  public long skippedCount(int reason) {
    return block.get(SKIPPED + reason);
  }

  /** Pieces of input left out because they are not what the source is said to have. */
  public long malformedCount() {
    return block.get(MALFORMED);
  }
}
