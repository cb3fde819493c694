package io.millrace.stream;

import org.jspecify.annotations.Nullable;

/**
 * Where a stream's datagrams come from: slots of the ring's slab, filled. Owned by one
 * SenderThread, apart from what the implementations say.
 *
 * <p>A filled slot holds datagrams of {@link #datagramBytes()}, only the last one possibly shorter,
 * one every {@link #strideBytes()} from {@link #payloadBegin()} on.
 */
public interface Source extends AutoCloseable {
  /** Nothing is there yet; the stream is woken when something is. */
  int NOT_READY = -1;

  /** The pool has no free slot; try again after a completion. */
  int NO_SLOT = -2;

  /** There will be no more. */
  int FINISHED = -3;

  /** There will be no more, because of a failure that was reported. */
  int FAILED = -4;

  /**
   * The next filled slot, with one reference that the caller must let go of.
   *
   * @param wanted datagrams that could be sent now, at least 1; sources that fill on demand fill no
   *     more
   * @param epochNs the time of sending, in nanoseconds since the epoch
   * @return the slot, or one of the constants above
   */
  int next(int wanted, long epochNs);

  /** Where the last datagram ends in the slot that {@link #next} returned last, at least 1. */
  int payloadBytes();

  /** Where the first one begins there. */
  default int payloadBegin() {
    return 0;
  }

  /** Bytes of every datagram but possibly the last of a slot. */
  int datagramBytes();

  /** From the beginning of one datagram in a slot to that of the next; side by side by default. */
  default int strideBytes() {
    return datagramBytes();
  }

  /** When the datagrams are due, if the source knows: of the slot that {@link #next} gave last. */
  default @Nullable Timetable timetable() {
    return null;
  }

  /**
   * Frees what the source holds. Only once no sender thread uses it any more: it has ended, or the
   * stream was removed. A control thread.
   */
  @Override
  void close();
}
