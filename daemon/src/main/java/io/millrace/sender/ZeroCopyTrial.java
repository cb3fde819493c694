package io.millrace.sender;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Finds out, by the way, from which size of a request zero copy pays on this machine: while a ring
 * is busy with requests of one size class, it sends them for some cycles from the slots and for
 * some copied, in turn, and compares what a byte cost. Owned by one SenderThread.
 *
 * <p>A class is a power of two: 1,400 bytes are of class 11, 1,025 to 2,048 bytes. What a cycle
 * costs is the time from its beginning to that of the next, which has everything in it: filling,
 * the system call, reaping, and whatever completions of earlier requests cost.
 */
final class ZeroCopyTrial {
  /** For {@link #cycle}: requests of more than one class, or that have no choice. */
  static final int MIXED = -1;

  /** Classes 0 to 16: 1 byte to 65,507. */
  static final int CLASSES = 17;

  /** Cycles of one kind in a row. */
  static final int CYCLES = 64;

  /** Of these, not counted: completions of the other kind come in. */
  private static final int SETTLING = 8;

  /** Pairs of one span each; their median counts, so two may be disturbed. */
  static final int PAIRS = 5;

  /** Zero copy is given up where it costs so much of copying, and taken up below the other. */
  private static final double GIVE_UP_ABOVE = 1.03;

  private static final double TAKE_UP_BELOW = 0.97;

  /** Both were close to each other: looked at again sooner. */
  private static final double CLOSE = 0.1;

  static final long SOON_NS = TimeUnit.MINUTES.toNanos(1);
  static final long LATER_NS = TimeUnit.MINUTES.toNanos(10);

  private final int leastRequests;
  private final boolean[] copy = new boolean[CLASSES];
  private final boolean[] measured = new boolean[CLASSES];
  private final long[] nextTrialNs = new long[CLASSES];
  private final double[] ratios = new double[PAIRS];

  private int running = MIXED;
  private boolean copying;
  private int cycles;
  private int pairs;
  private long spanNs;
  private long spanBytes;
  private double zeroCopyNsPerByte;

  /**
   * A trial that has not begun.
   *
   * @param leastRequests of a cycle that is worth measuring
   */
  ZeroCopyTrial(int leastRequests) {
    this.leastRequests = leastRequests;
  }

  static int sizeClass(int bytes) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1);
  }

  /** Whether requests of this class are to be copied now. */
  boolean copies(int sizeClass) {
    return sizeClass == running ? copying : copy[sizeClass];
  }

  boolean isRunning(int sizeClass) {
    return sizeClass == running;
  }

  boolean isMeasured(int sizeClass) {
    return measured[sizeClass];
  }

  /**
   * A cycle that had work is over.
   *
   * @param sizeClass of all its requests, or {@link #MIXED}
   * @param ns that it took
   */
  void cycle(int sizeClass, int requests, long bytes, long ns, long nowNs) {
    if (sizeClass == MIXED || requests < leastRequests) {
      return;
    }
    if (running == MIXED) {
      if (!measured[sizeClass] || nowNs - nextTrialNs[sizeClass] >= 0) {
        begin(sizeClass);
      }
      return;
    }
    if (sizeClass != running) {
      return;
    }
    if (cycles++ >= SETTLING) {
      spanNs += ns;
      spanBytes += bytes;
    }
    if (cycles == SETTLING + CYCLES) {
      endSpan(nowNs);
    }
  }

  private void begin(int sizeClass) {
    running = sizeClass;
    pairs = 0;
    beginSpan(false);
  }

  private void beginSpan(boolean copied) {
    copying = copied;
    cycles = 0;
    spanNs = 0;
    spanBytes = 0;
  }

  private void endSpan(long nowNs) {
    double nsPerByte = (double) spanNs / spanBytes;
    if (!copying) {
      zeroCopyNsPerByte = nsPerByte;
      beginSpan(true);
      return;
    }
    ratios[pairs++] = zeroCopyNsPerByte / nsPerByte;
    if (pairs < PAIRS) {
      beginSpan(false);
    } else {
      decide(nowNs);
    }
  }

  private void decide(long nowNs) {
    int decided = running;
    Arrays.sort(ratios);
    double ratio = ratios[PAIRS / 2];
    copy[decided] = copy[decided] ? ratio >= TAKE_UP_BELOW : ratio > GIVE_UP_ABOVE;
    measured[decided] = true;
    nextTrialNs[decided] = nowNs + (Math.abs(ratio - 1) < CLOSE ? SOON_NS : LATER_NS);
    running = MIXED;
  }
}
