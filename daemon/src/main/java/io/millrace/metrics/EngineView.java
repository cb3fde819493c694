package io.millrace.metrics;

import io.millrace.buffer.BufferPool;
import io.millrace.counters.RingCounters;
import io.millrace.counters.SourceCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
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
    RemovedTotals removed) {

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
        new RemovedTotals());
  }

  /**
   * One ring.
   *
   * @param cpu the CPU that its thread is pinned to
   */
  public record RingView(int index, int cpu, RingCounters counters, BufferPool pool) {}

  /**
   * One stream.
   *
   * @param ring the index of its ring
   * @param reader the source's thread; null where it has none
   * @param datagrams how many it has to send in all, if that is known
   * @param pace as it runs now, as text
   * @param changes how it runs differently from what the configuration file says, a text each
   */
  public record StreamView(
      String name,
      int ring,
      String source,
      @Nullable SourceView reader,
      StreamCounters counters,
      OptionalLong datagrams,
      List<TargetView> targets,
      String pace,
      List<String> changes) {

    /** An unlimited stream that runs as the file says. */
    public StreamView(
        String name,
        int ring,
        String source,
        StreamCounters counters,
        OptionalLong datagrams,
        List<TargetView> targets) {
      this(name, ring, source, null, counters, datagrams, targets, "unlimited", List.of());
    }
  }

  /**
   * What a source's thread has read.
   *
   * @param queuedSlots slots that the sender has not taken yet
   */
  public record SourceView(SourceCounters counters, LongSupplier queuedSlots) {}

  /**
   * One target of one stream.
   *
   * @param label as configured
   */
  public record TargetView(String label, TargetCounters counters) {}

  /** Whether every stream has ended. */
  public boolean allEnded() {
    for (StreamView stream : streams) {
      if (!stream.counters().state().ended()) {
        return false;
      }
    }
    return true;
  }
}
