package io.millrace.metrics;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.metrics.EngineView.RingView;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of the process: rings and JVM through Micrometer, streams, targets and process beside
 * it. Any thread.
 */
public final class DaemonMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final ExpositionFormats formats = ExpositionFormats.init();

  public DaemonMetrics(EngineView engine) {
    for (RingView ring : engine.rings()) {
      RingMeters.register(registry, ring);
    }
    registry.getPrometheusRegistry().register(new StreamCollector(engine));
    registry.getPrometheusRegistry().register(new SourceCollector(engine));
    registry.getPrometheusRegistry().register(new UdpCollector(engine));
    registry.getPrometheusRegistry().register(new NameCollector(engine));
    ProcessMetrics.builder().register(registry.getPrometheusRegistry());
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
  }

  /** The Content-Type of what {@link #write} answers to this Accept header. */
  public String contentType(@Nullable String accept) {
    return formats.findWriter(accept).getContentType();
  }

  /**
   * Writes a scrape in the format that the Accept header asks for: OpenMetrics, or else the
   * Prometheus text format.
   */
  public void write(@Nullable String accept, OutputStream out) throws IOException {
    ExpositionFormatWriter writer = formats.findWriter(accept);
    writer.write(out, registry.getPrometheusRegistry().scrape());
  }

  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }
}
