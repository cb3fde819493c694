package io.millrace.metrics;

import io.millrace.buffer.BufferPool;
import io.millrace.counters.LatenessHistogram;
import io.millrace.counters.NameCounters;
import io.millrace.counters.RingCounters;
import io.millrace.counters.SourceCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.counters.UdpCounters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The running engine as its observers see it: what there is, and the counters of each part. Any
 * thread.
 *
 * @param combinedCqe {@code native}, {@code emulated} or {@code none}
 * @param engine {@code uring} or {@code sendmmsg}
 * @param engineReason which rung of the ladder that is, and why it was taken
 * @param streams those that there are now; may change while it is read, and an iterator sees one
 *     state
 * @param removed what streams and targets did that are gone
 * @param names the counters of the names that targets have now
 */
public record EngineView(
    String version,
    String revision,
    String kernelRelease,
    String combinedCqe,
    String engine,
    String engineReason,
    List<RingView> rings,
    List<StreamView> streams,
    RemovedTotals removed,
    Supplier<Map<String, NameCounters>> names) {

  /** An engine whose streams stay. */
  public EngineView(
      String version,
      String revision,
      String kernelRelease,
      String combinedCqe,
      String engine,
      String engineReason,
      List<RingView> rings,
      List<StreamView> streams) {
    this(
        version,
        revision,
        kernelRelease,
        combinedCqe,
        engine,
        engineReason,
        rings,
        streams,
        new RemovedTotals(),
        Map::of);
  }

  /**
   * One ring.
   *
   * @param cpu the CPU that its thread is pinned to
   * @param poller the kernel thread that takes its requests; null: it submits itself
   */
  public record RingView(
      int index, int cpu, RingCounters counters, BufferPool pool, @Nullable PollerView poller) {

    /** A ring that submits itself. */
    public RingView(int index, int cpu, RingCounters counters, BufferPool pool) {
      this(index, cpu, counters, pool, null);
    }
  }

  /**
   * The kernel thread of a polled ring (SQPOLL).
   *
   * @param cpu that it is pinned to; negative: none
   * @param idleMs without a request, after which it sleeps
   * @param cpuSeconds that it has used; NaN: unknown
   */
  public record PollerView(int cpu, int idleMs, DoubleSupplier cpuSeconds) {}

  /**
   * One stream.
   *
   * @param parts what the rings do for it, one for each ring that serves some of its targets
   * @param datagrams how many it has to send in all, if that is known
   * @param targets of all parts, in the order of the file
   * @param pace as it runs now, as text
   * @param changes how it runs differently from what the configuration file says, a text each
   * @param lateness of all parts, those that are gone among them
   */
  public record StreamView(
      String name,
      List<PartView> parts,
      String source,
      OptionalLong datagrams,
      List<TargetView> targets,
      String pace,
      List<String> changes,
      List<LatenessHistogram> lateness) {

    /** An unlimited stream on one ring that runs as the file says. */
    public StreamView(
        String name,
        int ring,
        String source,
        StreamCounters counters,
        OptionalLong datagrams,
        List<TargetView> targets) {
      this(
          name,
          List.of(new PartView(ring, null, counters)),
          source,
          datagrams,
          targets,
          "unlimited",
          List.of(),
          List.of(counters.lateness()));
    }

    /**
     * Datagrams taken from the source, where several rings take them each for itself: by the one
     * that has got least far. So no target of the stream was offered fewer.
     */
    public long offeredDatagrams() {
      return parts.stream().mapToLong(part -> part.counters().offeredDatagrams()).min().orElse(0);
    }

    /** What it is doing, or the part of it that is not through yet. */
    public StreamCounters.State state() {
      return parts.stream()
          .map(part -> part.counters().state())
          .min(StreamView::beforeIn)
          .orElse(StreamCounters.State.REMOVED);
    }

    /** What is still to end counts before what has ended, and of that the failure. */
    private static int beforeIn(StreamCounters.State one, StreamCounters.State other) {
      if (one.ended() && other.ended()) {
        return Boolean.compare(
            other == StreamCounters.State.FAILED, one == StreamCounters.State.FAILED);
      }
      return one.compareTo(other);
    }

    /** Datagrams of all parts that were so late: {@link LatenessHistogram#count}. */
    public long lateDatagrams(int bucket) {
      return lateness.stream().mapToLong(histogram -> histogram.count(bucket)).sum();
    }

    public double latenessSumSeconds() {
      return lateness.stream().mapToDouble(LatenessHistogram::sumSeconds).sum();
    }

    /** What the threads of the source have read, one for each ring; none: it has no thread. */
    public List<SourceView> readers() {
      return parts.stream().map(PartView::reader).filter(Objects::nonNull).toList();
    }
  }

  /**
   * What one ring does for a stream.
   *
   * @param ring its index
   * @param reader the source's thread; null where it has none
   */
  public record PartView(int ring, @Nullable SourceView reader, StreamCounters counters) {}

  /**
   * What a source's thread has read, or its ring has received.
   *
   * @param queuedSlots slots that the sender has not taken yet
   * @param udp what a socket has missed; null: it is none
   */
  public record SourceView(
      SourceCounters counters, LongSupplier queuedSlots, @Nullable UdpCounters udp) {
    /** Of a source with a thread. */
    public SourceView(SourceCounters counters, LongSupplier queuedSlots) {
      this(counters, queuedSlots, null);
    }
  }

  /**
   * One target of one stream.
   *
   * @param label as configured
   * @param counters of all its addresses together
   * @param stream the counters of the part of the stream that it belongs to
   * @param ring that serves it
   * @param name that its addresses are those of; null: it is an address
   */
  public record TargetView(
      String label, TargetBooks counters, StreamCounters stream, int ring, @Nullable String name) {

    /** A target that is an address. */
    public TargetView(String label, TargetCounters counters, StreamCounters stream, int ring) {
      this(label, new TargetBooks(), stream, ring, null);
      this.counters.joined(label, counters);
    }

    /** Datagrams that it was offered; to be read after what became of them. */
    public long offered() {
      return counters.offered(stream.offeredDatagrams());
    }
  }

  /** Whether every stream has ended. */
  public boolean allEnded() {
    for (StreamView stream : streams) {
      if (!stream.state().ended()) {
        return false;
      }
    }
    return true;
  }
}
