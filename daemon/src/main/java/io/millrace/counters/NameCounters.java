package io.millrace.counters;

/** What became of the questions for one name. Written under one lock, read by any. */
public final class NameCounters {
  private static final int SUCCESSES = 0;
  private static final int FAILURES = 1;
  private static final int CHANGES = 2;
  private static final int LAST_SUCCESS_MS = 3;
  private static final int ADDRESSES = 4;
  private static final int SIZE = 5;

  private final CounterBlock block = new CounterBlock(SIZE);

  /**
   * There was a good answer.
   *
   * @param addresses how many
   * @param epochMs when, in milliseconds since the epoch
   */
  public void succeeded(int addresses, long epochMs) {
    block.set(ADDRESSES, addresses);
    block.set(LAST_SUCCESS_MS, epochMs);
    block.increment(SUCCESSES);
  }

  /** There was none, or not in time. */
  public void failed() {
    block.increment(FAILURES);
  }

  /** A good answer was another one than the good one before. */
  public void changed() {
    block.increment(CHANGES);
  }

  public long successes() {
    return block.get(SUCCESSES);
  }

  public long failures() {
    return block.get(FAILURES);
  }

  public long changes() {
    return block.get(CHANGES);
  }

  /** When the last good answer came, in milliseconds since the epoch; 0: none has. */
  public long lastSuccessMs() {
    return block.get(LAST_SUCCESS_MS);
  }

  /** Addresses of the last good answer. */
  public int addresses() {
    return (int) block.get(ADDRESSES);
  }
}
