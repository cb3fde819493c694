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
  private static final int RESENT = 8;
  private static final int RETRIED = 9;
  private static final int CIRCUIT = 10;
  private static final int CIRCUIT_OPENINGS = 11;
  private static final int LAST_FAILURE = 12;
  private static final int DROPPED = 13;

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

  /** Datagrams are sent again at once, as their error may have been an earlier datagram's. */
  public void resent(int datagrams) {
    block.add(RESENT, datagrams);
  }

  /** Datagrams are sent again after a delay, as something was full. */
  public void retried(int datagrams) {
    block.add(RETRIED, datagrams);
  }

  /** Whether the target gets what it is offered from now on. */
  public void circuit(CircuitState state) {
    block.set(CIRCUIT, state.ordinal());
  }

  /** The target is given up for a while. */
  public void circuitOpened() {
    block.increment(CIRCUIT_OPENINGS);
  }

  /** Why a send failed that counts towards giving the target up. */
  public void lastFailure(DropReason reason) {
    block.set(LAST_FAILURE, reason.ordinal() + 1); // 0: none
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

  /**
   * Datagrams that were sent again because of an error that may have been another's, once for each
   * time.
   */
  public long resent() {
    return block.get(RESENT);
  }

  /** Datagrams that were sent again after a delay, once for each time. */
  public long retried() {
    return block.get(RETRIED);
  }

  /** Whether the target gets what it is offered. */
  public CircuitState circuit() {
    return CircuitState.of((int) block.get(CIRCUIT));
  }

  /** How often the target was given up for a while. */
  public long circuitOpenings() {
    return block.get(CIRCUIT_OPENINGS);
  }

  /** Whether a send has failed that counts towards giving the target up. */
  public boolean failedEver() {
    return block.get(LAST_FAILURE) != 0;
  }

  /** Why the last one of them failed; there was one. */
  public DropReason lastFailure() {
    return DropReason.of((int) block.get(LAST_FAILURE) - 1);
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
