package io.millrace.loadtest.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The steps of a soak are those of its seed. */
final class SoakPlanTest {
  private static final String TARGET = SoakPlan.ROUGH + ":" + SoakPlan.FIRST_PORT;

  private static StreamModel stream(String name) {
    return new StreamModel(name, "type = generator", "= unlimited", List.of(TARGET));
  }

  private static List<Step> steps(long seed, int count) {
    SoakPlan plan = new SoakPlan(seed, stream("safe"), List.of(stream("one"), stream("two")));
    List<Step> steps = new ArrayList<>();
    for (int step = 0; step < count; step++) {
      steps.add(plan.next());
    }
    return steps;
  }

  @Test
  void aSeedHasTheSameStepsEachTime() {
    assertThat(steps(7, 500)).isEqualTo(steps(7, 500)).isNotEqualTo(steps(8, 500));
  }

  @Test
  void everyActionComesWithinSomeMinutes() {
    Set<Action> seen = EnumSet.noneOf(Action.class);
    steps(1, 1000).forEach(step -> seen.add(step.action()));
    assertThat(seen).isEqualTo(EnumSet.allOf(Action.class));
  }

  @Test
  void nothingIsDoneToTheUntouchedStream() {
    String safe = stream("safe").text();
    for (Step step : steps(2, 1000)) {
      assertThat(step.argument()).doesNotContain("safe");
      if (step.action().isReload()) {
        assertThat(step.body()).startsWith(safe);
      }
    }
  }

  @Test
  void noSocketIsOpenedWhileTheLinkIsDown() {
    boolean up = true;
    for (Step step : steps(3, 2000)) {
      switch (step.action()) {
        case LINK_DOWN -> up = false;
        case LINK_UP -> up = true;
        case ADD_STREAM, CHANGE_STREAM, REMOVE_STREAM, HANG_UP, ADD_TARGET ->
            assertThat(up).as("the link is up at: %s", step).isTrue();
        default -> {}
      }
    }
  }
}
