package io.millrace.stream.pcap;

/**
 * When a capture's datagrams are due: as far apart as they were captured, over the passes of a
 * loop. Times never go back, wherever the capture's do. Owned by one thread.
 */
public final class CaptureClock {
  /**
   * Packets of several interfaces or CPUs may stand in a file out of order by less; whoever goes
   * back by more has set his clock.
   */
  static final long OUT_OF_ORDER_NS = 1_000_000_000;

  /** Between two passes, where the capture says nothing of how far apart datagrams are. */
  static final long PLAIN_GAP_NS = 1_000_000_000;

  private final long longestGapNs;
  private boolean passBegun;
  private long lastNs;
  private long dueNs;

  /** Of this pass: when it began, and how many datagrams it had. */
  private long passBeganNs;

  private long datagrams;
  private long cutGaps;

  /**
   * A clock that shows 0.
   *
   * @param longestGapNs what lies further apart is due so much later; above 0
   */
  public CaptureClock(long longestGapNs) {
    this.longestGapNs = longestGapNs;
  }

  /**
   * When a datagram is due.
   *
   * @param capturedNs when it was captured, whatever the file says
   * @return nanoseconds since the first one of all, never less than before
   */
  public long due(long capturedNs) {
    datagrams++;
    if (!passBegun) {
      passBegun = true;
      lastNs = capturedNs;
      return dueNs;
    }
    long stepNs = capturedNs - lastNs; // may overflow, and is some number then
    if (stepNs < 0 && stepNs > -OUT_OF_ORDER_NS) {
      return dueNs;
    }
    lastNs = capturedNs;
    if (stepNs > longestGapNs) {
      cutGaps++;
    }
    dueNs += Math.clamp(stepNs, 0, longestGapNs);
    return dueNs;
  }

  /** When one is due of which the file says no time: with the one before. */
  public long due() {
    datagrams++;
    return dueNs;
  }

  /**
   * Begins the next pass of a loop.
   *
   * @param gapNs from the last datagram to the next; negative: as far as they are from each other
   *     on average
   */
  public void nextPass(long gapNs) {
    dueNs += gapNs < 0 ? meanGapNs() : gapNs;
    passBegun = false;
    passBeganNs = dueNs;
    datagrams = 0;
  }

  private long meanGapNs() {
    long tookNs = dueNs - passBeganNs;
    return tookNs == 0 ? PLAIN_GAP_NS : tookNs / (datagrams - 1);
  }

  /** How often datagrams were further apart than they may be. */
  public long cutGaps() {
    return cutGaps;
  }
}
