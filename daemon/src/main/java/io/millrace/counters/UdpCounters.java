package io.millrace.counters;

/** What a source of datagrams left out or missed. Written by one SenderThread, read by any. */
public final class UdpCounters {
  private static final int SAMPLED_OUT = 0;
  private static final int NOT_ALLOWED = 1;
  private static final int EMPTY = 2;
  private static final int KERNEL_DROPS = 3;
  private static final int RAN_OUT = 4;
  private static final int FAILURES = 5;
  private static final int QUEUED = 6;
  private static final int TRAINS = 7;
  private static final int SIZE = 8;

  private final CounterBlock block = new CounterBlock(SIZE);

  /** Datagrams were left out by 1-in-N sampling. */
  public void sampledOut(int datagrams) {
    block.add(SAMPLED_OUT, datagrams);
  }

  /** Datagrams came from where none are wanted. */
  public void notAllowed(int datagrams) {
    block.add(NOT_ALLOWED, datagrams);
  }

  /** A datagram without payload came. */
  public void empty() {
    block.increment(EMPTY);
  }

  /** The kernel has dropped so many more, as the socket's buffer was full. */
  public void kernelDropped(long datagrams) {
    block.add(KERNEL_DROPS, datagrams);
  }

  /** The kernel found no slot to receive into. */
  public void ranOut() {
    block.increment(RAN_OUT);
  }

  /** Receiving failed otherwise. */
  public void failed() {
    block.increment(FAILURES);
  }

  /** So many slots have been received and not taken. */
  public void queued(int slots) {
    block.set(QUEUED, slots);
  }

  /** Datagrams came together, as a train. */
  public void train() {
    block.increment(TRAINS);
  }

  public long sampledOutCount() {
    return block.get(SAMPLED_OUT);
  }

  public long notAllowedCount() {
    return block.get(NOT_ALLOWED);
  }

  public long emptyCount() {
    return block.get(EMPTY);
  }

  /** Datagrams that the kernel has dropped; it is asked every 100 ms, and at the end. */
  public long kernelDrops() {
    return block.get(KERNEL_DROPS);
  }

  public long ranOutCount() {
    return block.get(RAN_OUT);
  }

  public long failureCount() {
    return block.get(FAILURES);
  }

  /** Slots that have been received and not taken. */
  public long queuedSlots() {
    return block.get(QUEUED);
  }

  public long trainCount() {
    return block.get(TRAINS);
  }
}
