package io.millrace.metrics;

import io.millrace.counters.CircuitState;
import io.millrace.counters.DropReason;
import io.millrace.counters.LatenessHistogram;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/**
 * The metrics of streams and targets, made from their counters when a scrape comes. Straight on the
 * Prometheus client: Micrometer has no meter for a histogram that is counted elsewhere, and one
 * object per target and reason would be kept for tens of thousands of series.
 */
final class StreamCollector implements MultiCollector {
  private final EngineView engine;

  StreamCollector(EngineView engine) {
    this.engine = engine;
  }

  @Override
  public MetricSnapshots collect() {
    CounterSnapshot.Builder offered =
        CounterSnapshot.builder()
            .name("millrace_stream_datagrams")
            .help("Datagrams taken from the source; no target of the stream was offered fewer");
    CounterSnapshot.Builder offeredToTarget =
        CounterSnapshot.builder()
            .name("millrace_target_offered_datagrams")
            .help("Datagrams of the stream since the target takes part: sent or dropped");
    CounterSnapshot.Builder datagrams =
        CounterSnapshot.builder()
            .name("millrace_target_datagrams")
            .help("Datagrams that the kernel accepted");
    CounterSnapshot.Builder bytes =
        CounterSnapshot.builder()
            .name("millrace_target_bytes")
            .help("Payload bytes that the kernel accepted");
    CounterSnapshot.Builder dropped =
        CounterSnapshot.builder()
            .name("millrace_target_dropped_datagrams")
            .help("Datagrams that the kernel did not accept, or that were never offered to it");
    CounterSnapshot.Builder trainsRefused =
        CounterSnapshot.builder()
            .name("millrace_target_trains_refused")
            .help(
                "Requests that the kernel refused because their socket cuts trains; their datagrams"
                    + " were sent again one by one");
    CounterSnapshot.Builder sentAgain =
        CounterSnapshot.builder()
            .name("millrace_target_sent_again_datagrams")
            .help(
                "Datagrams that were sent again after an error, once for each time; reason: pending"
                    + " (the error may have been an earlier datagram's) or full (after a delay)");
    CounterSnapshot.Builder circuitOpenings =
        CounterSnapshot.builder()
            .name("millrace_target_circuit_openings")
            .help("Times that the target was given up for a while, as it failed again and again");
    GaugeSnapshot.Builder circuitOpen =
        GaugeSnapshot.builder()
            .name("millrace_target_circuit_open")
            .help("1: the target is given up for now, and what it is offered is dropped");
    GaugeSnapshot.Builder trainLength =
        GaugeSnapshot.builder()
            .name("millrace_target_train_datagrams")
            .help("Datagrams that one request to the target may carry now; 1: no trains");
    GaugeSnapshot.Builder zeroCopy =
        GaugeSnapshot.builder()
            .name("millrace_target_zero_copy")
            .help(
                "1: the target is sent from the slots, or both ways while that is measured; 0: the"
                    + " kernel copies; reason says why");
    HistogramSnapshot.Builder lateness =
        HistogramSnapshot.builder()
            .name("millrace_stream_lateness_seconds")
            .help("Actual minus scheduled send time");
    for (StreamView stream : engine.streams()) {
      Labels labels = Labels.of("stream", stream.name());
      lateness.dataPoint(lateness(stream, labels));
      // What became of datagrams is read before what was offered: sent + dropped is never more.
      for (TargetView target : stream.targets()) {
        Labels targetLabels = Labels.of("stream", stream.name(), "target", target.label());
        TargetBooks of = target.counters();
        datagrams.dataPoint(point(targetLabels, of.datagrams()));
        bytes.dataPoint(point(targetLabels, of.bytes()));
        trainsRefused.dataPoint(point(targetLabels, of.trainsRefused()));
        sentAgain.dataPoint(point(targetLabels.add("reason", "pending"), of.resent()));
        sentAgain.dataPoint(point(targetLabels.add("reason", "full"), of.retried()));
        circuitOpenings.dataPoint(point(targetLabels, of.circuitOpenings()));
        circuitOpen.dataPoint(
            GaugeDataPointSnapshot.builder()
                .labels(targetLabels)
                .value(of.circuit() == CircuitState.CLOSED ? 0 : 1)
                .build());
        zeroCopy.dataPoint(
            GaugeDataPointSnapshot.builder()
                .labels(targetLabels.add("reason", of.choice().label()))
                .value(of.choice().zeroCopy() ? 1 : 0)
                .build());
        trainLength.dataPoint(
            GaugeDataPointSnapshot.builder().labels(targetLabels).value(of.trainLength()).build());
        for (int reason = 0; reason < DropReason.count(); reason++) {
          dropped.dataPoint(
              point(targetLabels.add("reason", DropReason.of(reason).label()), of.dropped(reason)));
        }
      }
      for (TargetView target : stream.targets()) {
        Labels targetLabels = Labels.of("stream", stream.name(), "target", target.label());
        offeredToTarget.dataPoint(point(targetLabels, target.offered()));
      }
      offered.dataPoint(point(labels, stream.offeredDatagrams()));
    }
    return MetricSnapshots.of(
        offered.build(),
        offeredToTarget.build(),
        datagrams.build(),
        bytes.build(),
        dropped.build(),
        trainsRefused.build(),
        sentAgain.build(),
        circuitOpenings.build(),
        circuitOpen.build(),
        trainLength.build(),
        zeroCopy.build(),
        lateness.build(),
        kernelInfo(),
        buildInfo());
  }

  private static CounterDataPointSnapshot point(Labels labels, long value) {
    return CounterDataPointSnapshot.builder().labels(labels).value((double) value).build();
  }

  private static HistogramDataPointSnapshot lateness(StreamView stream, Labels labels) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int bucket = 0; bucket < LatenessHistogram.buckets(); bucket++) {
      buckets.bucket(LatenessHistogram.upperBoundSeconds(bucket), stream.lateDatagrams(bucket));
    }
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(buckets.build())
        .sum(stream.latenessSumSeconds())
        .build();
  }

  private InfoSnapshot kernelInfo() {
    return info(
        "millrace_kernel",
        "The kernel, what it does with combined completions, and the engine in use",
        Labels.of(
            "release",
            engine.kernelRelease(),
            "combined_cqe",
            engine.combinedCqe(),
            "engine",
            engine.engine()));
  }

  private InfoSnapshot buildInfo() {
    return info(
        "millrace_build",
        "This build of Millrace",
        Labels.of("version", engine.version(), "revision", engine.revision()));
  }

  private static InfoSnapshot info(String name, String help, Labels labels) {
    return InfoSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder().labels(labels).build())
        .build();
  }
}
