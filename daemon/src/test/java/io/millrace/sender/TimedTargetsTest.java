package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TimedTargetsTest {
  private static final long LEAST_PASS_NS = 100;

  @Test
  void aTargetComesOutWhenItsTimeHasCome() {
    TimedTargets list = new TimedTargets(4, LEAST_PASS_NS);
    assertThat(list.poll(0)).isEqualTo(TimedTargets.NONE);
    assertThat(list.untilNextNs(0, 77)).isEqualTo(77);
    list.add(3, 500);
    list.add(1, 200);
    assertThat(list.untilNextNs(0, 1000)).isEqualTo(200);
    assertThat(list.poll(199)).isEqualTo(TimedTargets.NONE);
    assertThat(list.poll(200)).isEqualTo(1);
    assertThat(list.poll(200)).isEqualTo(TimedTargets.NONE);
    assertThat(list.untilNextNs(200, 1000)).isEqualTo(300);
    list.remove(3);
    list.remove(3);
    assertThat(list.size()).isZero();
    assertThat(list.poll(1000)).isEqualTo(TimedTargets.NONE);
  }

  /** Against a map, with a clock that passes through the end of its range. */
  @Test
  void nobodyComesTooEarlyOrIsForgotten() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TimedTargets list = new TimedTargets(50, LEAST_PASS_NS);
    Map<Integer, Long> expected = new HashMap<>();
    long now = Long.MAX_VALUE - 50_000;
    for (int round = 0; round < 2000; round++) {
      now += random.nextInt(300);
      int target = random.nextInt(50);
      if (!expected.containsKey(target)) {
        long time = now + random.nextInt(2000);
        list.add(target, time);
        expected.put(target, time);
      } else if (random.nextInt(10) == 0) {
        list.remove(target);
        expected.remove(target);
      }
      for (int due = list.poll(now); due != TimedTargets.NONE; due = list.poll(now)) {
        Long time = expected.remove(due);
        assertThat(time).as("seed %d: target %d is there", seed, due).isNotNull();
        assertThat(now - time).as("seed %d: it is due", seed).isNotNegative();
      }
      for (long time : expected.values()) {
        assertThat(now - time).as("seed %d: overdue", seed).isLessThan(LEAST_PASS_NS);
      }
      assertThat(list.size()).as("seed %d", seed).isEqualTo(expected.size());
    }
  }
}
