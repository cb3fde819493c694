package io.millrace.metrics;

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

/** The metrics of sources that have a thread of their own, made when a scrape comes. */
final class SourceCollector implements MultiCollector {
  private final EngineView engine;

  SourceCollector(EngineView engine) {
    this.engine = engine;
  }

  @Override
  public MetricSnapshots collect() {
    CounterSnapshot.Builder datagrams =
        counter("datagrams", "Datagrams that the source's thread has read and handed over");
    CounterSnapshot.Builder bytes = counter("bytes", "Payload bytes of these");
    CounterSnapshot.Builder skipped =
        counter("skipped", "Pieces of input that are none of the stream's, such as empty lines");
    CounterSnapshot.Builder malformed =
        counter("malformed", "Pieces of input left out because they are too long, or cut off");
    GaugeSnapshot.Builder queued =
        GaugeSnapshot.builder()
            .name("millrace_source_queued_slots")
            .help("Slots filled ahead that the sender has not taken yet");
    for (StreamView stream : engine.streams()) {
      SourceView reader = stream.reader();
      if (reader != null) {
        Labels labels = Labels.of("stream", stream.name());
        SourceCounters counters = reader.counters();
        datagrams.dataPoint(point(labels, counters.datagrams()));
        bytes.dataPoint(point(labels, counters.bytes()));
        skipped.dataPoint(point(labels, counters.skippedCount()));
        malformed.dataPoint(point(labels, counters.malformedCount()));
        queued.dataPoint(
            GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value((double) reader.queuedSlots().getAsLong())
                .build());
      }
    }
    return MetricSnapshots.of(
        datagrams.build(), bytes.build(), skipped.build(), malformed.build(), queued.build());
  }

  private static CounterSnapshot.Builder counter(String what, String help) {
    return CounterSnapshot.builder().name("millrace_source_" + what).help(help);
  }

  private static CounterDataPointSnapshot point(Labels labels, long value) {
    return CounterDataPointSnapshot.builder().labels(labels).value((double) value).build();
  }
}
