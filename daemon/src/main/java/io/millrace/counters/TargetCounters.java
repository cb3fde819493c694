package io.millrace.counters;

/**
 * What one target was sent and what it was not. Written by the sender thread of its stream, read by
 * any.
 */
public final class TargetCounters {
  private static final int DATAGRAMS = 0;
  private static final int BYTES = 1;
  private static final int TRAINS_REFUSED = 2;
  private static final int LAST_REFUSAL = 3;
  private static final int TRAIN_LENGTH = 4;
  private static final int CHOICE = 5;
  private static final int JOINED_AT = 6;
  private static final int LEFT_AT = 7;
  private static final int DROPPED = 8;

  private final CounterBlock block = new CounterBlock(DROPPED + DropReason.count());

  /** The kernel accepted a request of so many datagrams with so many payload bytes in all. */
  public void sent(int datagrams, int bytes) {
    block.add(DATAGRAMS, datagrams);
    block.add(BYTES, bytes);
  }

  public void dropped(DropReason reason, int datagrams) {
    block.add(DROPPED + reason.ordinal(), datagrams);
  }

  /**
   * The kernel refused a train, or a single datagram because its socket cuts trains; it is sent
   * again as single datagrams from a socket that doesn't.
   */
  public void trainRefused(DropReason reason) {
    block.set(LAST_REFUSAL, reason.ordinal());
    block.increment(TRAINS_REFUSED);
  }

  /**
   * The target takes part from here on.
   *
   * @param offered what its stream had offered by then
   */
  public void joined(long offered) {
    block.set(JOINED_AT, offered);
  }

  /**
   * The target takes no part any more.
   *
   * @param offered what its stream had offered by then
   */
  public void left(long offered) {
    block.set(LEFT_AT, offered + 1); // 0: it is still there
  }

  /**
   * Datagrams that this target was offered, of those that its stream has offered.
   *
   * @param ofStream {@link StreamCounters#offeredDatagrams()}, read after what became of them
   */
  public long offered(long ofStream) {
    long left = block.get(LEFT_AT);
    return (left == 0 ? ofStream : left - 1) - block.get(JOINED_AT);
  }

  /** Datagrams that a request may carry from now on. */
  public void trainLength(int datagrams) {
    block.set(TRAIN_LENGTH, datagrams);
  }

  public long datagrams() {
    return block.get(DATAGRAMS);
  }

  public long bytes() {
    return block.get(BYTES);
  }

  /** How requests to this target are sent from now on. */
  public void choice(SendChoice choice) {
    block.set(CHOICE, choice.ordinal());
  }

  /** How requests to this target are sent. */
  public SendChoice choice() {
    return SendChoice.of((int) block.get(CHOICE));
  }

  /** Requests that the kernel refused because their socket cuts trains. */
  public long trainsRefused() {
    return block.get(TRAINS_REFUSED);
  }

  /** Why the last train was refused that was; meaningless as long as none was. */
  public DropReason lastRefusal() {
    return DropReason.of((int) block.get(LAST_REFUSAL));
  }

  /** Datagrams that a request may carry now; 1: they leave one by one. */
  public int trainLength() {
    return (int) block.get(TRAIN_LENGTH);
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
