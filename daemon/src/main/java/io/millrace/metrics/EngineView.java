package io.millrace.metrics;

import io.millrace.buffer.BufferPool;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import java.util.List;
import java.util.OptionalLong;

/**
 * The running engine as its observers see it: what there is, and the counters of each part. Any
 * thread.
 *
 * @param combinedCqe {@code native}, {@code emulated} or {@code none}
 * @param engine {@code uring} or {@code sendmmsg}
 * @param engineReason which rung of the ladder that is, and why it was taken
 */
public record EngineView(
    String version,
    String revision,
    String kernelRelease,
    String combinedCqe,
    String engine,
    String engineReason,
    List<RingView> rings,
    List<StreamView> streams) {

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
   * @param datagrams how many it has to send in all, if that is known
   */
  public record StreamView(
      String name,
      int ring,
      String source,
      StreamCounters counters,
      OptionalLong datagrams,
      List<TargetView> targets) {}

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
