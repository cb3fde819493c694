package io.millrace.metrics;

import io.millrace.counters.SkipReason;
import io.millrace.counters.SourceCounters;
import io.millrace.metrics.EngineView.SourceView;
import io.millrace.metrics.EngineView.StreamView;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.ToLongFunction;

/** The metrics of sources that have a thread of their own, or a receive on their ring. */
final class SourceCollector implements MultiCollector {
  private final EngineView engine;

  SourceCollector(EngineView engine) {
    this.engine = engine;
  }

  @Override
  public MetricSnapshots collect() {
    CounterSnapshot.Builder datagrams =
        counter("datagrams", "Datagrams that the source has read, or received, and handed over");
    CounterSnapshot.Builder bytes = counter("bytes", "Payload bytes of these");
    CounterSnapshot.Builder skipped =
        counter(
            "skipped",
            "Pieces of input that are none of the stream's, such as empty lines, by reason");
    CounterSnapshot.Builder malformed =
        counter(
            "malformed", "Pieces of input left out because they are too long, cut off or damaged");
    GaugeSnapshot.Builder queued =
        GaugeSnapshot.builder()
            .name("millrace_source_queued_slots")
            .help("Slots filled ahead that the sender has not taken yet");
    for (StreamView stream : engine.streams()) {
      List<SourceView> readers = stream.readers();
      if (!readers.isEmpty()) {
        Labels labels = Labels.of("stream", stream.name());
        datagrams.dataPoint(point(labels, readers, SourceCounters::datagrams));
        bytes.dataPoint(point(labels, readers, SourceCounters::bytes));
        for (int index = 0; index < SkipReason.count(); index++) {
          int reason = index;
          skipped.dataPoint(
              point(
                  labels.add("reason", SkipReason.of(reason).label()),
                  readers,
                  counters -> counters.skippedCount(reason)));
        }
        malformed.dataPoint(point(labels, readers, SourceCounters::malformedCount));
        queued.dataPoint(
            GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(
                    (double)
                        readers.stream().mapToLong(each -> each.queuedSlots().getAsLong()).sum())
                .build());
      }
    }
    return MetricSnapshots.of(
        datagrams.build(), bytes.build(), skipped.build(), malformed.build(), queued.build());
  }

  private static CounterSnapshot.Builder counter(String what, String help) {
    return CounterSnapshot.builder().name("millrace_source_" + what).help(help);
  }

  /** The sum over the rings that read the source, each for itself. */
  private static CounterDataPointSnapshot point(
      Labels labels, List<SourceView> readers, ToLongFunction<SourceCounters> count) {
    long sum = readers.stream().mapToLong(each -> count.applyAsLong(each.counters())).sum();
    return CounterDataPointSnapshot.builder().labels(labels).value((double) sum).build();
  }
}
