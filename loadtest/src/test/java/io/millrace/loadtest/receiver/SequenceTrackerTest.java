package io.millrace.loadtest.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceTrackerTest {
  private static final int WINDOW = 64;

  private final SequenceTracker tracker = new SequenceTracker(WINDOW);

  private void record(long... sequences) {
    for (long sequence : sequences) {
      tracker.record(sequence);
    }
  }

  private void recordRange(long from, long to) {
    for (long sequence = from; sequence < to; sequence++) {
      tracker.record(sequence);
    }
  }

  private void assertCounts(long expected, long lost, long duplicated, long reordered) {
    assertThat(tracker.expected()).as("expected").isEqualTo(expected);
    assertThat(tracker.lost()).as("lost").isEqualTo(lost);
    assertThat(tracker.duplicated()).as("duplicated").isEqualTo(duplicated);
    assertThat(tracker.reordered()).as("reordered").isEqualTo(reordered);
  }

  @Test
  void nothingArrivedIsNothingLost() {
    assertCounts(0, 0, 0, 0);
  }

  @Test
  void aStreamInOrderHasNoFaultsOverManyWindows() {
    recordRange(0, 100 * WINDOW + 7);
    assertCounts(100 * WINDOW + 7, 0, 0, 0);
  }

  @Test
  void aGapIsLost() {
    record(0, 1, 4, 5);
    assertCounts(6, 2, 0, 0);
  }

  @Test
  void aFirstDatagramThatIsNotNumberZeroCountsWhatCameBefore() {
    record(3);
    assertCounts(4, 3, 0, 0);
  }

  @Test
  void aLateArrivalIsReorderedAndNoLongerLost() {
    record(0, 2, 1, 3);
    assertCounts(4, 0, 0, 1);
  }

  @Test
  void theSecondCopyIsADuplicateAlsoOfAReorderedOne() {
    record(0, 0, 2, 1, 1, 1);
    assertCounts(3, 0, 3, 1);
  }

  @Test
  void aLossIsStillKnownWhenItHasLeftTheWindow() {
    record(0);
    recordRange(2, 10 * WINDOW);
    assertCounts(10 * WINDOW, 1, 0, 0);
  }

  @Test
  void theOldestNumberOfTheWindowStillCountsAsReordered() {
    recordRange(1, WINDOW);
    record(0);
    assertCounts(WINDOW, 0, 0, 1);
  }

  @Test
  void whatTheWindowHasForgottenIsLateAndStaysLost() {
    recordRange(1, WINDOW + 1);
    record(0);
    assertCounts(WINDOW + 1, 1, 0, 0);
    assertThat(tracker.late()).isEqualTo(1);
  }

  @Test
  void aJumpOfExactlyOneWindowLosesAllBetween() {
    record(0, WINDOW);
    assertCounts(WINDOW + 1, WINDOW - 1, 0, 0);
    record(1);
    assertCounts(WINDOW + 1, WINDOW - 2, 0, 1);
  }

  @Test
  void aJumpOfManyWindowsLosesAllBetween() {
    record(0, 1_000_000);
    assertCounts(1_000_001, 999_999, 0, 0);
    recordRange(1_000_001, 1_000_000 + 10 * WINDOW);
    assertCounts(1_000_000 + 10 * WINDOW, 999_999, 0, 0);
  }

  @Test
  void joiningARunningStreamLosesNothing() {
    record(WINDOW, WINDOW + 1);
    assertCounts(2, 0, 0, 0);
    record(WINDOW - 1);
    assertCounts(2, 0, 0, 0);
    assertThat(tracker.late()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 2_000_000_000_000L})
  void anImpossibleNumberIsSetAside(long sequence) {
    recordRange(0, 10);
    record(sequence);
    recordRange(10, 20);
    assertCounts(20, 0, 0, 0);
    assertThat(tracker.unsequenced()).isEqualTo(1);
  }

  @Test
  void numbersBeyond32BitsAreNumbers() {
    long start = (1L << 32) - 10;
    record(start, start + 1);
    recordRange(start + 3, start + 3 * WINDOW);
    record(start + 3 * WINDOW - 1);
    assertCounts(3 * WINDOW, 1, 1, 0);
  }

  @Test
  void aWindowThatIsNoPowerOfTwoIsRefused() {
    assertThatThrownBy(() -> new SequenceTracker(100)).hasMessageContaining("power of two");
  }

  /**
   * Against a model that forgets nothing, over streams with every fault; the seed is in the
   * message.
   */
  @Test
  void agreesWithAModelThatRemembersEverything() {
    long base = System.nanoTime();
    for (int trial = 0; trial < 300; trial++) {
      long seed = base + trial;
      List<Long> arrivals = arrivals(new SplittableRandom(seed));
      SequenceTracker subject = new SequenceTracker(WINDOW);
      Model model = new Model();
      for (int i = 0; i < arrivals.size(); i++) {
        subject.record(arrivals.get(i));
        model.record(arrivals.get(i));
        String where = "seed " + seed + ", arrival " + i + " of " + arrivals;
        assertThat(subject.expected()).as(where).isEqualTo(model.next - model.first);
        assertThat(subject.duplicated()).as(where).isEqualTo(model.duplicated);
        assertThat(subject.reordered()).as(where).isEqualTo(model.reordered);
        assertThat(subject.late()).as(where).isEqualTo(model.late);
        assertThat(subject.lost()).as(where).isEqualTo(model.lost());
      }
    }
  }

  private static List<Long> arrivals(SplittableRandom random) {
    List<Long> arrivals = new ArrayList<>();
    long next = random.nextBoolean() ? 0 : random.nextInt(4 * WINDOW);
    double faults = random.nextDouble() * 0.4;
    for (int i = 0; i < 400; i++) {
      if (random.nextDouble() >= faults) {
        arrivals.add(next++);
        continue;
      }
      switch (random.nextInt(4)) {
        case 0 -> next += 1 + random.nextInt(3);
        case 1 -> next += random.nextInt(3 * WINDOW);
        case 2 -> arrivals.add(Math.max(0, next - 1 - random.nextInt(WINDOW)));
        default -> arrivals.add(Math.max(0, next - 1 - random.nextInt(3 * WINDOW)));
      }
    }
    return arrivals;
  }

  /** The definitions of {@link SequenceTracker}, told with a set of all numbers. */
  private static final class Model {
    private final Set<Long> arrived = new HashSet<>();
    private boolean started;
    private long first;
    private long next;
    private long duplicated;
    private long reordered;
    private long late;

    void record(long sequence) {
      if (!started) {
        started = true;
        first = sequence < WINDOW ? 0 : sequence;
        next = first;
      }
      if (sequence < first || sequence < next - WINDOW) {
        late++;
        return;
      }
      boolean isNew = arrived.add(sequence);
      if (sequence >= next) {
        next = sequence + 1;
      } else if (isNew) {
        reordered++;
      } else {
        duplicated++;
      }
    }

    long lost() {
      return next - first - arrived.size();
    }
  }
}
