package io.millrace.loadtest.receiver;

import java.util.Arrays;

/**
 * Follows one sender's sequence numbers in arrival order and tells loss, duplication and reordering
 * apart, with memory for the last {@code windowSequences} numbers only. Owned by one receiver
 * thread.
 *
 * <p>Definitions, after RFC 4737 (packet reordering) and RFC 5560 (duplication):
 *
 * <ul>
 *   <li><b>expected</b>: every number from the first one to the highest seen. The first one is 0,
 *       unless the first datagram to arrive lies a whole window beyond it: then the receiver joined
 *       a stream that was already running, and the first one is that datagram's.
 *   <li><b>reordered</b>: arrived for the first time, but after a higher number had arrived (RFC
 *       4737: its number is smaller than NextExp). It is counted where it is late, not the early
 *       one that overtook it.
 *   <li><b>duplicated</b>: its number had arrived before. Copies beyond the first are counted, not
 *       the numbers that have any.
 *   <li><b>lost</b>: expected and not arrived. A number that is missing now but within the window
 *       may still come; it is counted in {@link #lost()} at any time and leaves the count again if
 *       it comes.
 *   <li><b>late</b>: so far behind the highest number that the window has forgotten whether it had
 *       arrived, or from before the first one. Neither loss, duplicates nor reordering count it, as
 *       any of them may be true of it.
 *   <li><b>unsequenced</b>: a number that no sender of ours can have reached: negative, or more
 *       than {@value #MAX_JUMP} beyond the highest. Such a payload has no sequence header at all,
 *       or a broken one.
 * </ul>
 *
 * received = (expected - lost) + duplicated + late + unsequenced, always.
 */
public final class SequenceTracker {
  /** At 4 million datagrams a second, far beyond a receiver on one core, an outage of 4 minutes. */
  public static final long MAX_JUMP = 1_000_000_000L;

  /**
   * 64 Ki numbers are 8 KiB of bits, which stay in the L1 cache, and 65 ms at a million datagrams a
   * second.
   */
  public static final int DEFAULT_WINDOW_SEQUENCES = 1 << 16;

  private static final int BITS = Long.SIZE;

  private final int windowSequences;
  private final long indexMask;

  /**
   * Bit (sequence modulo window) of the numbers in [next - window, next): 1 if it arrived. Numbers
   * before the first one have a 1, so that they count as missing nowhere.
   */
  private final long[] arrived;

  private boolean started;
  private long first;
  private long next;
  private long lostBehindWindow;
  private long missingInWindow;
  private long duplicated;
  private long reordered;
  private long late;
  private long unsequenced;

  public SequenceTracker() {
    this(DEFAULT_WINDOW_SEQUENCES);
  }

  /**
   * A tracker with a window of its own size.
   *
   * @param windowSequences a power of two, at least 64
   */
  public SequenceTracker(int windowSequences) {
    if (windowSequences < BITS || Integer.bitCount(windowSequences) != 1) {
      throw new IllegalArgumentException(
          "a window of " + windowSequences + ": a power of two of 64 or more is wanted");
    }
    this.windowSequences = windowSequences;
    this.indexMask = windowSequences - 1L;
    this.arrived = new long[windowSequences / BITS];
    Arrays.fill(arrived, -1L);
  }

  /** Takes the sequence number of the datagram that arrived now. */
  public void record(long sequence) {
    if (!started) {
      start(sequence);
    }
    if (sequence == next) {
      leaveWindow(next);
      setArrived(next);
      next++;
    } else {
      recordOutOfTurn(sequence);
    }
  }

  private void start(long sequence) {
    if (sequence >= 0 && sequence <= Long.MAX_VALUE - MAX_JUMP) {
      started = true;
      first = sequence < windowSequences ? 0 : sequence;
      next = first;
    }
  }

  private void recordOutOfTurn(long sequence) {
    if (!started || sequence < 0 || sequence - next > MAX_JUMP) {
      unsequenced++;
    } else if (sequence > next) {
      jumpTo(sequence);
    } else if (sequence < first || next - sequence > windowSequences) {
      late++;
    } else if (hasArrived(sequence)) {
      duplicated++;
    } else {
      reordered++;
      missingInWindow--;
      setArrived(sequence);
    }
  }

  /** {@code sequence} arrives, and everything from {@code next} to before it is missing. */
  private void jumpTo(long sequence) {
    long gap = sequence - next;
    if (gap >= windowSequences) {
      // All that was missing in the window and the older part of the gap leave the window at once.
      lostBehindWindow += missingInWindow + (gap - windowSequences);
      missingInWindow = windowSequences;
      Arrays.fill(arrived, 0L);
    } else {
      for (long missing = next; missing < sequence; missing++) {
        leaveWindow(missing);
        clearArrived(missing);
        missingInWindow++;
      }
    }
    leaveWindow(sequence);
    setArrived(sequence);
    next = sequence + 1;
  }

  /**
   * {@code entering} takes the place of the number one window before it, which can no longer be
   * told to have come.
   */
  private void leaveWindow(long entering) {
    if (!hasArrived(entering)) {
      missingInWindow--;
      lostBehindWindow++;
    }
  }

  private boolean hasArrived(long sequence) {
    int index = (int) (sequence & indexMask);
    return (arrived[index / BITS] >>> index & 1) != 0;
  }

  private void setArrived(long sequence) {
    int index = (int) (sequence & indexMask);
    arrived[index / BITS] |= 1L << index;
  }

  private void clearArrived(long sequence) {
    int index = (int) (sequence & indexMask);
    arrived[index / BITS] &= ~(1L << index);
  }

  /** Numbers from the first one to the highest seen. */
  public long expected() {
    return next - first;
  }

  public long lost() {
    return lostBehindWindow + missingInWindow;
  }

  public long duplicated() {
    return duplicated;
  }

  public long reordered() {
    return reordered;
  }

  public long late() {
    return late;
  }

  public long unsequenced() {
    return unsequenced;
  }
}
