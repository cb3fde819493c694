package io.millrace.loadtest.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final Metrics METRICS =
      new Metrics(
          """
          # HELP millrace_ring_cqes_total CQEs reaped
          # TYPE millrace_ring_cqes_total counter
          millrace_ring_cqes_total{ring="0"} 1.5E3
          millrace_ring_cqes_total{ring="1"} 500.0
          millrace_ring_cqes_total_other{ring="1"} 7
          millrace_kernel_info{combined_cqe="native",engine="uring",release="6.12, {x}"} 1
          process_open_fds 12.0
          """);

  @Test
  void samplesOfANameAreSummedUp() {
    assertThat(METRICS.sum("millrace_ring_cqes_total")).isEqualTo(2000);
    assertThat(METRICS.sum("process_open_fds")).isEqualTo(12);
    assertThat(METRICS.sum("millrace_ring")).isZero();
  }

  @Test
  void labelsAreFoundByTheirWholeName() {
    assertThat(METRICS.label("millrace_kernel_info", "combined_cqe")).isEqualTo("native");
    assertThat(METRICS.label("millrace_kernel_info", "release")).isEqualTo("6.12, {x}");
    assertThatThrownBy(() -> METRICS.label("millrace_kernel_info", "cqe"))
        .isInstanceOf(HarnessException.class)
        .hasMessageContaining("no millrace_kernel_info with the label cqe");
  }

  @Test
  void quantileIsTheBoundOfItsBucketOverAllSeries() {
    Metrics metrics =
        new Metrics(
            """
            late_bucket{stream="a",le="1.0E-6"} 1
            late_bucket{stream="a",le="2.0E-6"} 3
            late_bucket{stream="a",le="+Inf"} 4
            late_bucket{stream="b",le="1.0E-6"} 0
            late_bucket{stream="b",le="2.0E-6"} 3
            late_bucket{stream="b",le="+Inf"} 4
            """);
    assertThat(metrics.quantile("late", 0.1)).isEqualTo(1e-6);
    assertThat(metrics.quantile("late", 0.5)).isEqualTo(2e-6);
    assertThat(metrics.quantile("late", 0.9)).isEqualTo(Double.MAX_VALUE);
    assertThat(metrics.quantile("early", 0.5)).isNaN();
  }
}
