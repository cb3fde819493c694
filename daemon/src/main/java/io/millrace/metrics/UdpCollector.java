package io.millrace.metrics;

import io.millrace.counters.UdpCounters;
import io.millrace.metrics.EngineView.SourceView;
import io.millrace.metrics.EngineView.StreamView;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** The metrics of sources that receive from sockets, made when a scrape comes. */
final class UdpCollector implements MultiCollector {
  private final EngineView engine;

  UdpCollector(EngineView engine) {
    this.engine = engine;
  }

  @Override
  public MetricSnapshots collect() {
    CounterSnapshot.Builder leftOut =
        counter("left_out_datagrams", "Datagrams received and not sent on, by reason");
    CounterSnapshot.Builder drops =
        counter(
            "kernel_drops", "Datagrams that the kernel dropped, as the socket's buffer was full");
    CounterSnapshot.Builder ranOut =
        counter("ran_out", "Times that the kernel found no free slot to receive into");
    CounterSnapshot.Builder failures = counter("failures", "Receives that failed otherwise");
    CounterSnapshot.Builder trains = counter("trains", "Trains received as such");
    for (StreamView stream : engine.streams()) {
      for (SourceView source : stream.readers()) {
        UdpCounters udp = source.udp();
        if (udp != null) {
          String name = stream.name();
          leftOut.dataPoint(leftOut(name, "sample", udp.sampledOutCount()));
          leftOut.dataPoint(leftOut(name, "not-allowed", udp.notAllowedCount()));
          leftOut.dataPoint(leftOut(name, "empty", udp.emptyCount()));
          leftOut.dataPoint(leftOut(name, "too-long", source.counters().malformedCount()));
          drops.dataPoint(point(Labels.of("stream", name), udp.kernelDrops()));
          ranOut.dataPoint(point(Labels.of("stream", name), udp.ranOutCount()));
          failures.dataPoint(point(Labels.of("stream", name), udp.failureCount()));
          trains.dataPoint(point(Labels.of("stream", name), udp.trainCount()));
        }
      }
    }
    return MetricSnapshots.of(
        leftOut.build(), drops.build(), ranOut.build(), failures.build(), trains.build());
  }

  private static CounterSnapshot.Builder counter(String what, String help) {
    return CounterSnapshot.builder().name("millrace_udp_source_" + what).help(help);
  }

  private static CounterDataPointSnapshot leftOut(String stream, String reason, long count) {
    return point(Labels.of("stream", stream, "reason", reason), count);
  }

  private static CounterDataPointSnapshot point(Labels labels, long count) {
    return CounterDataPointSnapshot.builder().labels(labels).value((double) count).build();
  }
}
