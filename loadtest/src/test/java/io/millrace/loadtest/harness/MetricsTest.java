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
}
