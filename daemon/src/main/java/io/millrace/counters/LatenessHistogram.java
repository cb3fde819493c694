package io.millrace.counters;

/**
 * Counts of how late datagrams were handed to the kernel. Written by one sender thread, read by
 * any.
 *
 * <p>Below 1 ms four buckets are an octave, in equal steps: 1, 1.25, 1.5, 1.75, 2, 2.5 ... 896,
 * 1024 microseconds. So the tail of a ring that spins is known to a few microseconds, and the
 * bounds are round numbers. Above, where a machine has stalled, buckets double up to about 1
 * second: finer ones there would only be more series, as each stream has one for each bucket.
 */
public final class LatenessHistogram {
  /** All bounds are multiples of it. */
  private static final long UNIT_NS = 250;

  /** Units of the first bound, and buckets that an octave above it is divided into. */
  private static final int QUARTERS = 4;

  /** 1 us to 1.024 ms. */
  private static final int FINE_OCTAVES = 10;

  /** 1.024 ms to 1.048576 s. */
  private static final int COARSE_OCTAVES = 10;

  private static final int FINE = 1 + QUARTERS * FINE_OCTAVES;

  private static final int BOUNDED = FINE + COARSE_OCTAVES;

  private static final int SUM = BOUNDED + 1;

  private final CounterBlock block = new CounterBlock(SUM + 1);

  /**
   * Records one datagram.
   *
   * @param latenessNs actual minus scheduled send time; a datagram is never early, so not negative
   */
  public void record(long latenessNs) {
    block.increment(bucket(latenessNs));
    block.add(SUM, latenessNs);
  }

  /** The first bucket whose bound reaches it. */
  private static int bucket(long latenessNs) {
    if (latenessNs <= QUARTERS * UNIT_NS) {
      return 0;
    }
    // Units begun before the last, at least 4: the highest bit is the octave, the next two are the
    // quarter.
    long units = (latenessNs - 1) / UNIT_NS;
    int octave = Long.SIZE - 3 - Long.numberOfLeadingZeros(units);
    if (octave < FINE_OCTAVES) {
      return 1 + QUARTERS * octave + (int) (units >>> octave) - QUARTERS;
    }
    return Math.min(FINE + octave - FINE_OCTAVES, BOUNDED);
  }

  public static int buckets() {
    return BOUNDED + 1;
  }

  /** The bucket's inclusive upper bound in seconds; infinite for the last one. */
  public static double upperBoundSeconds(int bucket) {
    if (bucket == BOUNDED) {
      return Double.POSITIVE_INFINITY;
    }
    if (bucket >= FINE) {
      return (1L << (bucket - FINE + FINE_OCTAVES + 1)) / 1e6;
    }
    int octave = (bucket - 1) / QUARTERS;
    int quarter = (bucket - 1) % QUARTERS;
    long units = bucket == 0 ? QUARTERS : (QUARTERS + quarter + 1L) << octave;
    return units * UNIT_NS / 1e9;
  }

  public long count(int bucket) {
    return block.get(bucket);
  }

  public double sumSeconds() {
    return block.get(SUM) / 1e9;
  }
}
