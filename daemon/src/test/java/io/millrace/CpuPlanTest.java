package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.uring.SqPolling;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The CPUs of kernel threads that poll rings. */
final class CpuPlanTest {
  private static final List<Integer> ALLOWED = List.of(0, 1, 2, 3);

  @Test
  void automaticPollersGetTheHighestCpusThatNoRingHas() throws StartupException {
    assertThat(CpuPlan.choosePollers(List.of(), List.of(3), ALLOWED)).containsExactly(2);
    assertThat(CpuPlan.choosePollers(List.of(), List.of(0, 2), ALLOWED)).containsExactly(1, 3);
  }

  @Test
  void withoutACpuForEachNoneIsPinned() throws StartupException {
    assertThat(CpuPlan.choosePollers(List.of(), List.of(1, 2, 3), ALLOWED))
        .containsExactly(SqPolling.ANY_CPU, SqPolling.ANY_CPU, SqPolling.ANY_CPU);
    assertThat(CpuPlan.choosePollers(List.of(), List.of(0), List.of(0)))
        .containsExactly(SqPolling.ANY_CPU);
  }

  @Test
  void configuredPollersBelongToTheRingsInOrder() throws StartupException {
    // The second of rings.cpus got no ring.
    assertThat(CpuPlan.choosePollers(List.of(1, 0), List.of(2), ALLOWED)).containsExactly(1);
  }

  @Test
  void aCpuThatIsNotAllowedRefusesTheStart() {
    assertThatThrownBy(() -> CpuPlan.choosePollers(List.of(9), List.of(2), ALLOWED))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith(
            "rings.sqpoll.cpus: CPU 9 is not in this process's affinity mask; allowed: [0, 1, 2,"
                + " 3]");
  }
}
