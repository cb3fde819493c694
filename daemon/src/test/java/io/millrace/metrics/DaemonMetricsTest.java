package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.SendChoice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names and labels that dashboards hold on to. */
final class DaemonMetricsTest {
  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  private final EngineViews engine = new EngineViews();
  private DaemonMetrics metrics = new DaemonMetrics(engine.view());

  @BeforeEach
  void fresh() {
    metrics.close();
    metrics = new DaemonMetrics(engine.view());
  }

  @AfterEach
  void close() {
    metrics.close();
  }

  private String text(@Nullable String accept) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    metrics.write(accept, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private Scrape scrape() throws IOException {
    return Scrape.of(text(null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "millrace_ring_requests_total{op=\"send_zc\",ring=\"0\"}",
        "millrace_ring_requests_total{op=\"send\",ring=\"1\"}",
        "millrace_ring_completions_total{mode=\"combined\",ring=\"0\"}",
        "millrace_ring_completions_total{mode=\"paired\",ring=\"0\"}",
        "millrace_ring_completions_total{mode=\"single\",ring=\"1\"}",
        "millrace_ring_cqes_total{ring=\"0\"}",
        "millrace_ring_enters_total{ring=\"0\"}",
        "millrace_ring_batches_total{ring=\"0\"}",
        "millrace_ring_cq_overflows_total{ring=\"1\"}",
        "millrace_ring_in_flight{ring=\"0\"}",
        "millrace_ring_copied_total{ring=\"0\"}",
        "millrace_pool_slots{ring=\"0\"}",
        "millrace_pool_slots_free{ring=\"1\"}",
        "millrace_pool_exhausted_total{ring=\"0\"}",
        "millrace_target_datagrams_total{stream=\"news\",target=\"127.0.0.1:5004\"}",
        "millrace_target_datagrams_total{stream=\"weather\",target=\"127.0.0.1:5005\"}",
        "millrace_target_bytes_total{stream=\"news\",target=\"[::1]:5004\"}",
        "millrace_target_dropped_datagrams_total"
            + "{reason=\"ECONNREFUSED\",stream=\"news\",target=\"127.0.0.1:5004\"}",
        "millrace_stream_lateness_seconds_bucket{stream=\"news\",le=\"1.0E-6\"}",
        "millrace_stream_lateness_seconds_bucket{stream=\"news\",le=\"+Inf\"}",
        "millrace_stream_lateness_seconds_count{stream=\"weather\"}",
        "millrace_stream_lateness_seconds_sum{stream=\"weather\"}",
      })
  void everyMetricOfTheContractIsThereBeforeAnythingIsSent(String sample) throws IOException {
    boolean gauge = sample.contains("slots");
    assertThat(scrape().value(sample)).isEqualTo(gauge ? EngineViews.SLOTS : 0);
  }

  @Test
  void everyRingTargetAndReasonHasItsOwnSeries() throws IOException {
    Scrape scrape = scrape();
    assertThat(count(scrape, "millrace_ring_requests_total{")).isEqualTo(2 * 4);
    assertThat(count(scrape, "millrace_ring_completions_total{")).isEqualTo(2 * 3);
    assertThat(count(scrape, "millrace_target_datagrams_total{")).isEqualTo(3);
    assertThat(count(scrape, "millrace_target_dropped_datagrams_total{"))
        .isEqualTo(3L * DropReason.count());
  }

  private static long count(Scrape scrape, String prefix) {
    return scrape.samples().keySet().stream().filter(name -> name.startsWith(prefix)).count();
  }

  @Test
  void aPolledRingHasTheCpuTimeOfTheThreadThatPollsIt() throws IOException {
    Scrape scrape = scrape();
    assertThat(scrape.value("millrace_ring_sqpoll_cpu_seconds_total{ring=\"1\"}")).isEqualTo(1.25);
    assertThat(count(scrape, "millrace_ring_sqpoll_cpu_seconds_total{")).isEqualTo(1);
  }

  @Test
  void targetsSayHowTheyAreSent() throws IOException {
    engine.near.choice(SendChoice.COPY_MEASURED);
    engine.near.trainLength(46);
    engine.near.trainRefused(DropReason.EIO);
    engine.near.trainRefused(DropReason.EIO);
    Scrape scrape = scrape();
    String labels = "{stream=\"news\",target=\"127.0.0.1:5004\"}";
    assertThat(scrape.value("millrace_target_train_datagrams" + labels)).isEqualTo(46);
    assertThat(scrape.value("millrace_target_trains_refused_total" + labels)).isEqualTo(2);
    assertThat(
            scrape.value(
                "millrace_target_zero_copy{reason=\"copy_measured\",stream=\"news\","
                    + "target=\"127.0.0.1:5004\"}"))
        .isZero();
    assertThat(count(scrape, "millrace_target_zero_copy{")).isEqualTo(3);
  }

  @Test
  void typesAreWhatTheNamesPromise() throws IOException {
    Scrape scrape = scrape();
    for (String name : scrape.types().keySet()) {
      if (name.startsWith("millrace_") && name.endsWith("_total")) {
        assertThat(scrape.types()).containsEntry(name, "counter");
      }
    }
    assertThat(scrape.types())
        .containsEntry("millrace_ring_requests_total", "counter")
        .containsEntry("millrace_target_datagrams_total", "counter")
        .containsEntry("millrace_ring_in_flight", "gauge")
        .containsEntry("millrace_pool_slots", "gauge")
        .containsEntry("millrace_pool_slots_free", "gauge")
        .containsEntry("millrace_stream_lateness_seconds", "histogram");
  }

  @Test
  void booksCloseWhenIdle() throws IOException {
    for (int datagram = 0; datagram < 5; datagram++) {
      engine.sendOne();
    }
    Scrape scrape = scrape();
    assertThat(scrape.sum("millrace_ring_requests_total")).isEqualTo(10);
    assertThat(scrape.sum("millrace_ring_requests_total"))
        .isEqualTo(
            scrape.sum("millrace_ring_completions_total") + scrape.sum("millrace_ring_in_flight"));
    double offered = scrape.value("millrace_stream_datagrams_total{stream=\"news\"}");
    assertThat(offered).isEqualTo(5);
    for (String target : new String[] {"127.0.0.1:5004", "[::1]:5004"}) {
      String labels = "stream=\"news\",target=\"" + target + "\"}";
      double dropped = 0;
      for (int reason = 0; reason < DropReason.count(); reason++) {
        dropped +=
            scrape.value(
                "millrace_target_dropped_datagrams_total{reason=\""
                    + DropReason.of(reason).label()
                    + "\","
                    + labels);
      }
      assertThat(scrape.value("millrace_target_datagrams_total{" + labels) + dropped)
          .as(target)
          .isEqualTo(offered);
    }
    assertThat(
            scrape.value("millrace_target_bytes_total{stream=\"news\",target=\"127.0.0.1:5004\"}"))
        .isEqualTo(5 * EngineViews.DATAGRAM_BYTES);
  }

  @Test
  void requestsWithoutCompletionAreInFlight() throws IOException {
    engine.ring1.requested(RingCounters.Op.SEND, 1);
    engine.ring1.requested(RingCounters.Op.SEND, 1);
    engine.ring1.completed(RingCounters.Mode.SINGLE);
    assertThat(scrape().value("millrace_ring_in_flight{ring=\"1\"}")).isEqualTo(1);
    assertThat(scrape().value("millrace_ring_in_flight{ring=\"0\"}")).isZero();
  }

  @Test
  void claimedSlotsAreNotFree() throws IOException {
    for (int claim = 0; claim <= EngineViews.SLOTS; claim++) {
      engine.pool0.claim();
    }
    Scrape scrape = scrape();
    assertThat(scrape.value("millrace_pool_slots{ring=\"0\"}")).isEqualTo(EngineViews.SLOTS);
    assertThat(scrape.value("millrace_pool_slots_free{ring=\"0\"}")).isZero();
    assertThat(scrape.value("millrace_pool_exhausted_total{ring=\"0\"}")).isEqualTo(1);
    assertThat(scrape.value("millrace_pool_slots_free{ring=\"1\"}")).isEqualTo(EngineViews.SLOTS);
  }

  @Test
  void latenessIsACumulativeHistogramInSeconds() throws IOException {
    engine.news.lateness().record(0);
    engine.news.lateness().record(1_500); // over 1.25 us, up to 1.5 us
    engine.news.lateness().record(3_000_000_000L); // beyond the last bound
    Scrape scrape = scrape();
    String bucket = "millrace_stream_lateness_seconds_bucket{stream=\"news\",le=\"";
    assertThat(scrape.value(bucket + "1.0E-6\"}")).isEqualTo(1);
    assertThat(scrape.value(bucket + "1.25E-6\"}")).isEqualTo(1);
    assertThat(scrape.value(bucket + "1.5E-6\"}")).isEqualTo(2);
    assertThat(scrape.value(bucket + "1.048576\"}")).isEqualTo(2);
    assertThat(scrape.value(bucket + "+Inf\"}")).isEqualTo(3);
    assertThat(scrape.value("millrace_stream_lateness_seconds_count{stream=\"news\"}"))
        .isEqualTo(3);
    assertThat(scrape.value("millrace_stream_lateness_seconds_sum{stream=\"news\"}"))
        .isEqualTo(3.0000015);
  }

  @Test
  void kernelAndBuildAreInfoMetricsOfValueOne() throws IOException {
    assertThat(
            scrape()
                .value(
                    "millrace_kernel_info{combined_cqe=\"emulated\",engine=\"uring\",release=\"6.18.44\"}"))
        .isEqualTo(1);
    assertThat(scrape().value("millrace_build_info{revision=\"abc123\",version=\"1.2.3\"}"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
        "jvm_memory_used_bytes{",
        "jvm_threads_live_threads",
        "jvm_gc_",
        "jvm_classes_loaded_classes",
      })
  void jvmAndProcessHaveTheirs(String prefix) throws IOException {
    assertThat(scrape().samples().keySet()).anyMatch(name -> name.startsWith(prefix));
  }

  @Test
  void openMetricsComesWhereItIsAskedFor() throws IOException {
    engine.sendOne();
    String text = text(OPEN_METRICS);
    assertThat(metrics.contentType(OPEN_METRICS)).startsWith("application/openmetrics-text");
    assertThat(text).endsWith("# EOF\n").contains("# TYPE millrace_ring_requests counter\n");
    Scrape scrape = Scrape.of(text);
    assertThat(scrape.value("millrace_ring_requests_total{op=\"send_zc\",ring=\"0\"}"))
        .isEqualTo(2);
    assertThat(scrape.value("millrace_build_info{revision=\"abc123\",version=\"1.2.3\"}"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text/plain", "*/*", "text/html"})
  void anythingElseGetsThePrometheusText(String accept) throws IOException {
    assertThat(metrics.contentType(accept)).startsWith("text/plain; version=0.0.4");
    assertThat(text(accept)).doesNotContain("# EOF");
  }
}
