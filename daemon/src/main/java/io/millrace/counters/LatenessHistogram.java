package io.millrace.counters;

/**
 * Counts of how late datagrams were handed to the kernel, in buckets that double from 1 microsecond
 * to about 1 second. Written by one sender thread, read by any.
 */
public final class LatenessHistogram {
  /** Upper bounds 1 us, 2 us, 4 us ... 2^20 us (1.05 s), and one bucket without a bound. */
  private static final int BOUNDED = 21;

  private static final int SUM = BOUNDED + 1;

  private final CounterBlock block = new CounterBlock(SUM + 1);

  /**
   * Records one datagram.
   *
   * @param latenessNs actual minus scheduled send time; a datagram is never early, so not negative
   */
  public void record(long latenessNs) {
    // The bucket of v microseconds (rounded up) is the number of bits in v - 1: 1 us -> 0, 2 -> 1,
    // 3..4 -> 2.
    long microseconds = (latenessNs + 999) / 1000;
    int bucket = microseconds <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(microseconds - 1);
    block.increment(Math.min(bucket, BOUNDED));
    block.add(SUM, latenessNs);
  }

  public static int buckets() {
    return BOUNDED + 1;
  }

  /** The bucket's inclusive upper bound in seconds; infinite for the last one. */
  public static double upperBoundSeconds(int bucket) {
    return bucket == BOUNDED ? Double.POSITIVE_INFINITY : (1L << bucket) / 1e6;
  }

  public long count(int bucket) {
    return block.get(bucket);
  }

  public double sumSeconds() {
    return block.get(SUM) / 1e9;
  }
}
