package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class HangUpsTest {
  private final AtomicInteger reloads = new AtomicInteger();
  private final HangUps hangUps = new HangUps();

  @Test
  void eachIsAReload() {
    hangUps.takeFromNowOn(reloads::incrementAndGet);
    assertThat(reloads).hasValue(0);
    hangUps.come();
    hangUps.come();
    assertThat(reloads).hasValue(2);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  @Timeout(30)
  void thoseOfTheStartAreMadeUpForAtOnce() {
    hangUps.come();
    hangUps.come();
    assertThat(reloads).hasValue(0);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    hangUps.takeFromNowOn(
        () -> {
          begun.countDown();
          await(over);
          reloads.incrementAndGet();
        });
    // Its caller is back, though it goes on.
    await(begun);
    assertThat(reloads).hasValue(0);
    over.countDown();
    hangUps.come();
    while (reloads.get() < 2) {
      Thread.onSpinWait();
    }
  }
}
