package io.millrace.loadtest.receiver;

import io.millrace.loadtest.receiver.ReceiverSettings.Sequenced;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.HdrHistogram.Histogram;

/**
 * What is known of the datagrams of one port: their times, and for sequenced payloads their
 * sequence and one-way delay. Owned by one receiver thread; others read after it has ended.
 */
final class ArrivalStatistics {
  /**
   * CONTRACT: a sequenced payload begins with two 8-byte numbers, big-endian: sequence, then send
   * time.
   */
  static final int HEADER_BYTES = 16;

  private static final ValueLayout.OfLong HEADER_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final long LONGEST_NS = 3_600_000_000_000L;
  private static final int SIGNIFICANT_DIGITS = 3;

  /**
   * AUTO takes a payload for sequenced if its send time is no further from the clock here than
   * this.
   */
  private static final long PLAUSIBLE_OFFSET_NS = 24 * 3_600_000_000_000L;

  final SequenceTracker sequence = new SequenceTracker();
  final Histogram delayNs = new Histogram(1, LONGEST_NS, SIGNIFICANT_DIGITS);
  final Histogram interArrivalNs = new Histogram(1, LONGEST_NS, SIGNIFICANT_DIGITS);

  private Sequenced sequenced;
  long datagrams;
  long bytes;
  long truncated;

  /**
   * Arrived before they were sent: the clocks of sender and receiver differ. Their delay counts as
   * 0.
   */
  long negativeDelays;

  long firstNs;
  long lastNs;

  ArrivalStatistics(Sequenced sequenced) {
    this.sequenced = sequenced;
  }

  /**
   * Takes the datagram that arrived next.
   *
   * @param arrivalNs the kernel's receive time
   */
  void record(MemorySegment slots, long offset, int length, boolean cutOff, long arrivalNs) {
    if (datagrams == 0) {
      firstNs = arrivalNs;
      decideSequenced(slots, offset, length, arrivalNs);
    } else {
      interArrivalNs.recordValue(clamp(arrivalNs - lastNs));
    }
    datagrams++;
    bytes += length;
    truncated += cutOff ? 1 : 0;
    lastNs = arrivalNs;
    if (sequenced == Sequenced.YES) {
      recordHeader(slots, offset, length, arrivalNs);
    }
  }

  private void recordHeader(MemorySegment slots, long offset, int length, long arrivalNs) {
    if (length < HEADER_BYTES) {
      sequence.record(-1);
      return;
    }
    long delay = arrivalNs - slots.get(HEADER_LONG, offset + Long.BYTES);
    negativeDelays += delay < 0 ? 1 : 0;
    delayNs.recordValue(clamp(delay));
    sequence.record(slots.get(HEADER_LONG, offset));
  }

  /** What a sender of sequenced payloads writes. */
  static void writeHeader(MemorySegment slots, long offset, long sequence, long timeNs) {
    slots.set(HEADER_LONG, offset, sequence);
    slots.set(HEADER_LONG, offset + Long.BYTES, timeNs);
  }

  private void decideSequenced(MemorySegment slots, long offset, int length, long arrivalNs) {
    if (sequenced == Sequenced.AUTO) {
      boolean plausible =
          length >= HEADER_BYTES
              && slots.get(HEADER_LONG, offset) >= 0
              && Math.abs(arrivalNs - slots.get(HEADER_LONG, offset + Long.BYTES))
                  < PLAUSIBLE_OFFSET_NS;
      sequenced = plausible ? Sequenced.YES : Sequenced.NO;
    }
  }

  private static long clamp(long ns) {
    return Math.clamp(ns, 0, LONGEST_NS);
  }

  boolean isSequenced() {
    return sequenced == Sequenced.YES;
  }
}
