package io.millrace.jmh;

import io.millrace.loadtest.text.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** What {@link ReapMergeBenchmark} measured, as text, Markdown and JSON. Owned by one thread. */
final class ReapMergeReport implements Suite.Report {
  private static final String LIMITS =
      """
      ## What is measured
      - `handler`: booking a batch of requests as in flight (request table, slot references, counters), then reaping and
        merging their completions into the product's `CompletionHandler`. `noOp`: reaping and merging alone, into a sink
        that does nothing. Times are per request, whichever number of CQEs it has.
      - `booksOnly`, the baseline of `handler`: the same booking and the same handler, called without queue or merger. It
        is in both sides of the ratios of `handler` and pulls them towards 1; the differences are free of it, but for what
        the processor overlaps.
      - The kernel's part is in no figure: the CQEs are laid out once, all around a ring of the product's default size, and
        a batch is posted by one store to the tail. What it costs to write a CQE is therefore neither measured nor
        subtracted. Before each run the numbers of the requests in flight are compared with those laid out, after it
        the books must balance.
      - "Bytes" is what JMH's gc profiler saw allocated, per request. A few ten-thousandths are JMH's own, some kilobytes per
        iteration; one object of 16 bytes per 512 requests would show as 0.03.
      - "Error" is JMH's: half of the 99.9 % confidence interval over the iterations of all forks. That of a difference is
        the root of the sum of squares.

      ## What this doesn't show
      - The kernel's cost: it posts two CQEs or one, fills the notification and runs its task work. None of that is here.
      - Cache misses of real kernel-written CQEs: here their lines are only read, and stay in this core's cache; and the
        sends between two reaps, which would push other things out of the caches, don't happen.
      - Throughput: some nanoseconds of a request that takes the kernel microseconds. Derive none from it.
      - Mixed traffic: every request here succeeds, has one target and ends in the same way and in order, so that branches
        are predicted nearly always. In the product, samples (REPORT_USAGE) are paired in the combined mode too.
      - A quiet machine: benchmarks run one after another, and other work may have run beside one of them.
      """;

  /**
   * One benchmark with its parameters.
   *
   * @param shape null where the benchmark has no queue
   */
  private record Row(
      String benchmark,
      @Nullable Shape shape,
      String batch,
      double ns,
      double errorNs,
      double bytes) {
    static Row of(RunResult result) {
      BenchmarkParams params = result.getParams();
      String shape = params.getParam("shape");
      Result<?> primary = result.getPrimaryResult();
      return new Row(
          JmhRun.benchmark(result),
          shape == null ? null : Shape.valueOf(shape),
          Objects.requireNonNullElse(params.getParam("batch"), ""),
          primary.getScore(),
          primary.getScoreError(),
          JmhRun.allocatedBytes(result));
    }

    String shapeName() {
      return shape == null ? "no queue" : shape.name().toLowerCase(Locale.ROOT);
    }
  }

  private final Collection<RunResult> results;
  private final List<Row> rows = new ArrayList<>();

  ReapMergeReport(Collection<RunResult> results) {
    this.results = results;
    results.forEach(result -> rows.add(Row.of(result)));
  }

  private Table times() {
    Table table =
        new Table("benchmark", "completions", "batch", "ns/request", "error", "bytes/request");
    for (Row row : rows) {
      table.add(
          row.benchmark(),
          row.shapeName(),
          row.batch(),
          "%.3f".formatted(row.ns()),
          "%.3f".formatted(row.errorNs()),
          "%.5f".formatted(row.bytes()));
    }
    return table;
  }

  private Table ratios() {
    Table table =
        new Table(
            "benchmark", "paired how", "batch", "combined/paired", "saved ns/request", "error");
    for (Row paired : rows) {
      Row combined = combinedOf(paired);
      if (combined != null) {
        table.add(
            paired.benchmark(),
            paired.shapeName(),
            paired.batch(),
            "%.3f".formatted(combined.ns() / paired.ns()),
            "%.3f".formatted(paired.ns() - combined.ns()),
            "%.3f".formatted(Math.hypot(paired.errorNs(), combined.errorNs())));
      }
    }
    return table;
  }

  /** What a paired row is compared with; null for rows that are not paired. */
  private @Nullable Row combinedOf(Row paired) {
    if (paired.shape() == null || paired.shape() == Shape.COMBINED) {
      return null;
    }
    for (Row row : rows) {
      if (row.shape() == Shape.COMBINED
          && row.benchmark().equals(paired.benchmark())
          && row.batch().equals(paired.batch())) {
        return row;
      }
    }
    return null;
  }

  @Override
  public String text() {
    return times().toText() + "\n" + ratios().toText();
  }

  @Override
  public String markdown() {
    return "# Reaping and merging completions in Java\n\n"
        + JmhRun.length(results)
        + "\n\n"
        + times().toMarkdown()
        + '\n'
        + ratios().toMarkdown()
        + '\n'
        + LIMITS;
  }
}
