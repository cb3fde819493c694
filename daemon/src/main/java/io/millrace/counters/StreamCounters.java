package io.millrace.counters;

/** How far one stream has come. Written by its sender thread, read by any. */
public final class StreamCounters {
  /** What a stream is doing. */
  public enum State {
    RUNNING("running"),
    PAUSED("paused"),
    /** None of its targets is resolved: it takes nothing from its source until one is. */
    WAITING("waiting"),
    /** The source is exhausted and every datagram has its outcome. */
    FINISHED("finished"),
    /** The source broke off; the log says why. */
    FAILED("failed"),
    /** Ended by the daemon's stop. */
    STOPPED("stopped"),
    /** Taken out while the daemon runs on. */
    REMOVED("removed");

    private static final State[] VALUES = values();

    private final String label;

    State(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }

    /** Nothing more will be sent. */
    public boolean ended() {
      return compareTo(FINISHED) >= 0;
    }
  }

  private static final int OFFERED = 0;
  private static final int STATE = 1;
  private static final int FIRST_SEND_NS = 2;
  private static final int LAST_COMPLETION_NS = 3;
  private static final int SIZE = 4;

  private final CounterBlock block = new CounterBlock(SIZE);
  private final LatenessHistogram lateness = new LatenessHistogram();

  /** So many datagrams were taken from the source, for every target of the stream. */
  public void offered(int datagrams) {
    block.add(OFFERED, datagrams);
  }

  public void state(State state) {
    block.set(STATE, state.ordinal());
  }

  /**
   * Times of the first send and of the last completion, on the clock of {@link System#nanoTime()}.
   */
  public void firstSend(long nowNs) {
    block.set(FIRST_SEND_NS, nowNs);
    block.set(LAST_COMPLETION_NS, nowNs);
  }

  public void lastCompletion(long nowNs) {
    block.set(LAST_COMPLETION_NS, nowNs);
  }

  /** Datagrams taken from the source; each target was offered as many. */
  public long offeredDatagrams() {
    return block.get(OFFERED);
  }

  public State state() {
    return State.VALUES[(int) block.get(STATE)];
  }

  /** Nanoseconds from the first send to the last completion so far. */
  public long activeNs() {
    return block.get(LAST_COMPLETION_NS) - block.get(FIRST_SEND_NS);
  }

  public LatenessHistogram lateness() {
    return lateness;
  }
}
