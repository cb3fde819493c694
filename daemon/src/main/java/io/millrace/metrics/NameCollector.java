package io.millrace.metrics;

import io.millrace.counters.NameCounters;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;

/**
 * The metrics of names, and of the addresses that targets have by them, made when a scrape comes.
 * An address is no label of a target's counters: they would begin anew with each change, and {@code
 * target} is the target as configured.
 */
final class NameCollector implements MultiCollector {
  private final EngineView engine;

  NameCollector(EngineView engine) {
    this.engine = engine;
  }

  @Override
  public MetricSnapshots collect() {
    CounterSnapshot.Builder lookups =
        CounterSnapshot.builder()
            .name("millrace_name_lookups")
            .help(
                "Times that the name was asked for; failure: there was no address, or not in time");
    CounterSnapshot.Builder changes =
        CounterSnapshot.builder()
            .name("millrace_name_changes")
            .help("Times that the name had other addresses than before");
    GaugeSnapshot.Builder addresses =
        gauge("millrace_name_addresses", "Addresses of the last good answer");
    GaugeSnapshot.Builder lastSuccess =
        gauge(
            "millrace_name_last_success_timestamp_seconds",
            "When the last good answer came, since the epoch; 0: none has");
    for (Map.Entry<String, NameCounters> name : engine.names().get().entrySet()) {
      Labels labels = Labels.of("name", name.getKey());
      NameCounters counters = name.getValue();
      lookups.dataPoint(point(labels.add("result", "success"), counters.successes()));
      lookups.dataPoint(point(labels.add("result", "failure"), counters.failures()));
      changes.dataPoint(point(labels, counters.changes()));
      addresses.dataPoint(gaugePoint(labels, counters.addresses()));
      lastSuccess.dataPoint(gaugePoint(labels, counters.lastSuccessMs() / 1e3));
    }
    GaugeSnapshot.Builder ofTarget =
        gauge(
            "millrace_target_addresses",
            "Addresses that a target that is a name is sent to; 0: it waits for its name");
    InfoSnapshot.Builder each =
        InfoSnapshot.builder()
            .name("millrace_target_address")
            .help("An address that a target that is a name is sent to");
    for (StreamView stream : engine.streams()) {
      for (TargetView target : stream.targets()) {
        if (target.name() != null) {
          Labels labels = Labels.of("stream", stream.name(), "target", target.label());
          var sentTo = target.counters().addresses();
          ofTarget.dataPoint(gaugePoint(labels, sentTo.size()));
          for (TargetBooks.Part part : sentTo) {
            each.dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(labels.add("address", part.address()))
                    .build());
          }
        }
      }
    }
    return MetricSnapshots.of(
        lookups.build(),
        changes.build(),
        addresses.build(),
        lastSuccess.build(),
        ofTarget.build(),
        each.build());
  }

  private static GaugeSnapshot.Builder gauge(String name, String help) {
    return GaugeSnapshot.builder().name(name).help(help);
  }

  private static CounterDataPointSnapshot point(Labels labels, long value) {
    return CounterDataPointSnapshot.builder().labels(labels).value((double) value).build();
  }

  private static GaugeDataPointSnapshot gaugePoint(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }
}
