package io.millrace.loadtest.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ThreadTimesTest {
  private static final long SELF = ProcessHandle.current().pid();

  @Test
  void theTimeOfAThreadIsFoundByItsName() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch worked = new CountDownLatch(1);
    Thread worker =
        Thread.ofPlatform()
            .name("odd) (name 1")
            .start(
                () -> {
                  started.countDown();
                  long until = System.nanoTime() + 300_000_000;
                  while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                  }
                  worked.countDown();
                  try {
                    done.await();
                  } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                  }
                });
    try {
      started.await(); // a thread gives itself its name
      ThreadTimes first = ThreadTimes.ofThreads(SELF, "odd) (name 1");
      worked.await();
      ThreadTimes spent = ThreadTimes.ofThreads(SELF, "odd) (name 1").since(first);
      assertThat(spent.userSeconds() + spent.systemSeconds()).isBetween(0.01, 0.35);
    } finally {
      done.countDown();
      worker.join();
    }
  }

  @Test
  void theShareIsThatOfUserMode() {
    assertThat(new ThreadTimes(0.04, 0.96).userShare()).isEqualTo(0.04);
    assertThat(new ThreadTimes(0, 0).userShare()).isZero();
  }

  @Test
  void whatIsNotThereIsAnError() {
    assertThatThrownBy(() -> ThreadTimes.ofThreads(SELF, "nobody"))
        .isInstanceOf(HarnessException.class)
        .hasMessageContaining("no thread named nobody");
    assertThatThrownBy(() -> ThreadTimes.ofThreads(Integer.MAX_VALUE, "nobody"))
        .isInstanceOf(HarnessException.class)
        .hasMessageContaining("has ended");
  }
}
