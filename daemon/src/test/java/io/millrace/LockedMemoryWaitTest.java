package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import io.millrace.uring.FakeKernel;
import io.millrace.uring.Ring;
import io.millrace.uring.RingUnavailableException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** How long a start waits for memory that an ended process gives back late. The time is made up. */
final class LockedMemoryWaitTest {
  private final FakeKernel fake = new FakeKernel();
  private long nowNs;
  private final LockedMemoryWait wait = new LockedMemoryWait(() -> nowNs, ns -> nowNs += ns);

  private Ring open() {
    return Ring.open(fake.kernel(), 8, 32);
  }

  private void refuse(int errno, int times) {
    for (int attempt = 0; attempt < times; attempt++) {
      fake.setupResults.add(-errno);
    }
  }

  @Test
  void memoryThatComesBackLateIsWaitedFor() {
    refuse(Errno.ENOMEM, 3);
    wait.get(this::open).close();
    assertThat(fake.setups).hasSize(4);
    assertThat(nowNs).isBetween(1L, LockedMemoryWait.PATIENCE_NS);
  }

  @Test
  void aLimitThatIsTooLowIsAnErrorWhenTheTimeIsUp() {
    refuse(Errno.ENOMEM, 1000);
    assertThatThrownBy(() -> wait.get(this::open))
        .isInstanceOf(RingUnavailableException.class)
        .hasMessageContaining("io_uring_setup: ENOMEM");
    assertThat(nowNs).isBetween(LockedMemoryWait.PATIENCE_NS, 2 * LockedMemoryWait.PATIENCE_NS);
  }

  @Test
  void allAttemptsOfAStartHaveTheTimeTogether() {
    refuse(Errno.ENOMEM, 20);
    wait.get(this::open).close();
    long firstNs = nowNs;
    assertThat(firstNs).isPositive();
    refuse(Errno.ENOMEM, 1000);
    assertThatThrownBy(() -> wait.get(this::open)).isInstanceOf(RingUnavailableException.class);
    assertThat(nowNs).isLessThan(LockedMemoryWait.PATIENCE_NS + firstNs);
  }

  @Test
  void nothingElseIsTriedAgain() {
    refuse(Errno.EPERM, 1);
    assertThatThrownBy(() -> wait.get(this::open)).isInstanceOf(RingUnavailableException.class);
    assertThat(fake.setups).hasSize(1);
    assertThat(nowNs).isZero();
  }

  @Test
  void buffersThatCannotBeRegisteredYetAreLackOfMemoryToo() {
    fake.registerResults.put(KernelAbi.IORING_REGISTER_BUFFERS, -Errno.ENOMEM);
    assertThatThrownBy(
            () ->
                wait.get(
                    () -> {
                      try (Ring ring = open();
                          Arena arena = Arena.ofConfined()) {
                        ring.registerBuffers(arena.allocate(16, 8), 16);
                        return ring;
                      }
                    }))
        .hasMessageContaining("RLIMIT_MEMLOCK");
    assertThat(nowNs).isGreaterThanOrEqualTo(LockedMemoryWait.PATIENCE_NS);
  }
}
