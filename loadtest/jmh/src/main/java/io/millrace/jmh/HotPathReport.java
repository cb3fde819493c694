package io.millrace.jmh;

import io.millrace.loadtest.text.Table;
import java.util.Collection;
import java.util.Objects;
import org.openjdk.jmh.results.RunResult;

/** What {@link HotPathBenchmark} measured. */
final class HotPathReport implements Suite.Report {
  /** What an operation may take; the heap of many streams is bound by the cache, and only shown. */
  private static final double MOST_NS = 25;

  private static final String LIMITS =
      """

      ## What is measured
      - `sqeFill`: the eight words of one SEND_ZC entry; a thirty-second of a published tail and of a look at the head.
      - `poolClaimAndRelease`: both, for one slot, uncontended: four locked instructions.
      - `slotReference`: one request's reference, taken and let go of.
      - `pacer`: `isDue` and `take` of a rate that leaves a remainder.
      - `dueHeap`: the stream that is due first, its `take`, and its place for the next datagram among so many streams
        of different rates (1,000/s to 2,000/s each).
      - Each state is checked after the run: slots all free, the schedule where one multiplication puts it, every stream
        in its place.

      ## What this doesn't show
      - Cache misses: everything here stays in this core's caches, which in the product the kernel shares.
      - Contention: the pool's other users (file readers) are not there.
      """;

  private final Collection<RunResult> results;

  HotPathReport(Collection<RunResult> results) {
    this.results = results;
  }

  private Table times() {
    Table table =
        new Table(
            "operation", "streams", "ns/operation", "error", "at most 25 ns", "bytes/operation");
    for (RunResult result : results) {
      double ns = result.getPrimaryResult().getScore();
      table.add(
          JmhRun.benchmark(result),
          Objects.requireNonNullElse(result.getParams().getParam("streams"), ""),
          "%.2f".formatted(ns),
          "%.2f".formatted(result.getPrimaryResult().getScoreError()),
          ns <= MOST_NS ? "yes" : "NO",
          "%.5f".formatted(JmhRun.allocatedBytes(result)));
    }
    return table;
  }

  @Override
  public String text() {
    return times().toText();
  }

  @Override
  public String markdown() {
    return "# Operations of the hot path\n\n"
        + JmhRun.length(results)
        + "\n\n"
        + times().toMarkdown()
        + LIMITS;
  }
}
