package io.millrace.sender;

import io.millrace.counters.StreamCounters;
import io.millrace.stream.Pacer;
import io.millrace.stream.Source;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;

/**
 * The pacing of many streams on one ring: their {@link DueHeap}, and the clock of a sender that is
 * never late. Owned by one benchmark thread. Here, because the heap is this package's own.
 */
public final class ManyStreams {
  private static final int DATAGRAM_BYTES = 1400;

  /**
   * Of the slowest stream; the others are up to twice as fast, so that their order keeps changing.
   */
  private static final double SLOWEST_PER_SECOND = 1000;

  private final DueHeap heap;
  private final Stream[] streams;

  /** So many streams, due one after the other from time 0 on. */
  public ManyStreams(int count) {
    heap = new DueHeap(count);
    streams = new Stream[count];
    for (int index = 0; index < count; index++) {
      Pacer pacer =
          Pacer.of(
              Pacer.Unit.DATAGRAMS, SLOWEST_PER_SECOND * (1 + (double) index / count), 1_000_000);
      pacer.reset(index);
      streams[index] =
          new Stream(
              index, "stream-" + index, new NoSource(), pacer, new Target[0], new StreamCounters());
      heap.schedule(streams[index], index);
    }
  }

  /**
   * Takes one datagram of the stream that is due first, at the time at which it is due, and puts
   * the stream back: all that {@link Schedule} and {@link Pacer} do for it.
   *
   * @return when it was due, in nanoseconds
   */
  public long takeNext() {
    Stream stream = heap.first();
    long nowNs = stream.nextNs;
    Pacer pacer = stream.pacer();
    pacer.take(nowNs, DATAGRAM_BYTES);
    heap.schedule(stream, pacer.dueNs(nowNs));
    return nowNs;
  }

  /** Throws unless every stream is where its pacer says, and the first is the earliest. */
  public void check() {
    long firstNs = heap.first().nextNs;
    for (Stream stream : streams) {
      if (stream.nextNs != stream.pacer().dueNs(firstNs) || stream.nextNs < firstNs) {
        throw new IllegalStateException(
            "%s is looked at at %d ns, is due at %d ns, and the first at %d ns"
                .formatted(stream.name(), stream.nextNs, stream.pacer().dueNs(firstNs), firstNs));
      }
    }
  }

  /** The streams are never asked for a datagram. */
  private static final class NoSource implements Source {
    @Override
    public int next(int wanted, long epochNs) {
      return FINISHED;
    }

    @Override
    public int payloadBytes() {
      return DATAGRAM_BYTES;
    }

    @Override
    public int datagramBytes() {
      return DATAGRAM_BYTES;
    }

    @Override
    public void close() {}
  }
}
