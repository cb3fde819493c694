package io.millrace;

import io.millrace.config.PaceSettings;
import io.millrace.config.StreamSettings;
import io.millrace.stream.TrainLimits;

/**
 * What a stream is expected to ask of its ring: nanoseconds of a sender thread per second. Good for
 * comparing streams, not for telling whether they fit: a request costs what it cost on one machine
 * ({@code loadtest/bench}: about 2 µs singly, 75 ns for each datagram of a train).
 */
final class StreamLoad {
  /** More than any paced stream: such a stream takes whatever is left, however many its targets. */
  static final double UNLIMITED = 1e12;

  private static final double REQUEST_NS = 2_000;
  private static final double DATAGRAM_NS = 75;
  private static final double BITS_PER_BYTE = 8;

  /** Of a source that has its own timing, which nobody knows before it has been read. */
  private static final double USUAL_BITS_PER_SECOND = 20e6;

  private StreamLoad() {}

  /**
   * The load of a stream, or of a part of one.
   *
   * @param targets that it serves
   * @param slotBytes what a train must fit into
   */
  static double of(StreamSettings stream, int targets, TrainLimits trains, int slotBytes) {
    int bytes = stream.source().datagramBytes();
    PaceSettings pace = stream.pace();
    double perSecond =
        switch (pace.unit()) {
          case UNLIMITED -> Double.POSITIVE_INFINITY;
          case SOURCE -> pace.rate() * USUAL_BITS_PER_SECOND / BITS_PER_BYTE / bytes;
          case BITS_PER_SECOND -> pace.rate() / BITS_PER_BYTE / bytes;
          case DATAGRAMS_PER_SECOND -> pace.rate();
        };
    if (Double.isInfinite(perSecond)) {
      return UNLIMITED;
    }
    // A train spans a millisecond at most (Pacer.trainLength); a longer one needs a higher rate.
    double train = Math.clamp(perSecond / 1000, 1, trains.longest(bytes, slotBytes));
    double each = REQUEST_NS / train + DATAGRAM_NS;
    return Math.min(UNLIMITED, perSecond * each * targets);
  }
}
