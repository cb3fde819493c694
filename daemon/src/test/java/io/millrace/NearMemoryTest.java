package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NearMemoryTest {
  private final Kernel kernel = NativeKernel.load();

  @Test
  void workRunsOnTheCpuAndTheCallerStaysWhereItWas() {
    List<Integer> allowed = CpuPlan.allowedCpus(kernel);
    for (int cpu : allowed) {
      assertThat(NearMemory.call(kernel, cpu, () -> CpuPlan.allowedCpus(kernel)))
          .containsExactly(cpu);
    }
    assertThat(CpuPlan.allowedCpus(kernel)).isEqualTo(allowed);
  }

  @Test
  void withoutItsCpuItRunsElsewhere() {
    assertThat(NearMemory.call(kernel, 8191, () -> "done")).isEqualTo("done");
  }

  @Test
  void whatTheWorkThrowsIsThrown() {
    IllegalStateException refused = new IllegalStateException("no memory");
    assertThatThrownBy(
            () ->
                NearMemory.call(
                    kernel,
                    0,
                    () -> {
                      throw refused;
                    }))
        .isSameAs(refused);
  }
}
