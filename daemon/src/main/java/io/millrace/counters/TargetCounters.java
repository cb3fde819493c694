package io.millrace.counters;

/**
 * What one target was sent and what it was not. Written by the sender thread of its stream, read by
 * any.
 */
public final class TargetCounters {
  private static final int DATAGRAMS = 0;
  private static final int BYTES = 1;
  private static final int DROPPED = 2;

  private final CounterBlock block = new CounterBlock(DROPPED + DropReason.count());

  /** The kernel accepted one datagram of so many payload bytes. */
  public void sent(int bytes) {
    block.increment(DATAGRAMS);
    block.add(BYTES, bytes);
  }

  public void dropped(DropReason reason) {
    block.increment(DROPPED + reason.ordinal());
  }

  public long datagrams() {
    return block.get(DATAGRAMS);
  }

  public long bytes() {
    return block.get(BYTES);
  }

  public long dropped(int reason) {
    return block.get(DROPPED + reason);
  }

  /** Dropped datagrams of every reason. */
  public long droppedTotal() {
    long sum = 0;
    for (int reason = 0; reason < DropReason.count(); reason++) {
      sum += dropped(reason);
    }
    return sum;
  }
}
