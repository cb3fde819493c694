package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.buffer.BufferPool;
import io.millrace.counters.RingCounters;
import io.millrace.metrics.EngineView.RingView;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RingWatchdogTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int LIMIT_S = 10;

  private long nowNs = Long.MAX_VALUE - 5 * SECOND_NS; // the clock may wrap
  private final RingCounters counters = new RingCounters();
  private final RingWatchdog watchdog =
      new RingWatchdog(
          List.of(new RingView(3, 0, counters, new BufferPool(4))), _ -> "in enter", () -> nowNs);

  @AfterEach
  void close() {
    watchdog.close();
  }

  private void look(int seconds, boolean goesRound) {
    for (int second = 0; second < seconds; second++) {
      if (goesRound) {
        counters.cycled();
      }
      nowNs += SECOND_NS;
      watchdog.look();
    }
  }

  @Test
  void aRingThatGoesRoundWithNothingToDoIsWell() {
    look(100, true);
    assertThat(watchdog.troubles()).isEmpty();
  }

  @Test
  void aThreadThatStandsStillIsTrouble() {
    look(1, true);
    look(LIMIT_S - 1, false);
    assertThat(watchdog.troubles()).isEmpty();
    look(1, false);
    assertThat(watchdog.troubles())
        .containsExactly("ring 3: its thread has not gone round for 10 s");
    look(1, true);
    assertThat(watchdog.troubles()).isEmpty();
  }

  @Test
  void requestsThatDoNotEndAreTrouble() {
    look(1, true);
    counters.requested(RingCounters.Op.SEND_ZC, 2);
    look(LIMIT_S, true);
    assertThat(watchdog.troubles())
        .containsExactly("ring 3: none of 2 requests in the kernel has ended for 10 s");
    counters.completed(RingCounters.Mode.PAIRED);
    look(LIMIT_S, true);
    assertThat(watchdog.troubles()).as("one has ended").isEmpty();
    look(1, true);
    assertThat(watchdog.troubles())
        .containsExactly("ring 3: none of 1 requests in the kernel has ended for 10 s");
    counters.completed(RingCounters.Mode.PAIRED);
    look(2 * LIMIT_S, true);
    assertThat(watchdog.troubles()).isEmpty();
  }

  @Test
  void aWatchdogThatStandsStillIsTrouble() {
    look(1, true);
    nowNs += (LIMIT_S - 1) * SECOND_NS;
    assertThat(watchdog.troubles()).isEmpty();
    nowNs += SECOND_NS;
    assertThat(watchdog.troubles()).containsExactly("the watchdog itself stands still");
  }
}
