package io.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CompletionQueueTest {
  private static final int ENTRIES = 8;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment head = arena.allocate(JAVA_INT);
  private final MemorySegment tail = arena.allocate(JAVA_INT);
  private final MemorySegment overflow = arena.allocate(JAVA_INT);
  private final MemorySegment cqes = arena.allocate(ENTRIES * 16L, 64);
  private final RecordingSink sink = new RecordingSink();
  private final CompletionMerger merger = new CompletionMerger(100, sink);

  private CompletionQueue queue(int firstIndex) {
    head.set(JAVA_INT, 0, firstIndex);
    tail.set(JAVA_INT, 0, firstIndex);
    return new CompletionQueue(head, tail, overflow, cqes, ENTRIES);
  }

  private void post(long userData, int result, int flags) {
    int index = tail.get(JAVA_INT, 0);
    long cqe = (index & (ENTRIES - 1)) * 16L;
    cqes.set(JAVA_LONG, cqe, userData);
    cqes.set(JAVA_INT, cqe + 8, result);
    cqes.set(JAVA_INT, cqe + 12, flags);
    tail.set(JAVA_INT, 0, index + 1);
  }

  @Test
  void anEmptyQueueGivesNothingAndLeavesTheHeadAlone() {
    CompletionQueue queue = queue(5);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.reap(merger)).isZero();
    assertThat(head.get(JAVA_INT, 0)).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE - 9, -9, 0, Integer.MAX_VALUE, -1})
  void everyCqeIsReapedOnceAcrossTheWrap(int firstIndex) {
    CompletionQueue queue = queue(firstIndex);
    int request = 0;
    for (int batch : new int[] {3, ENTRIES, 1, 5, ENTRIES, 7}) {
      for (int posted = 0; posted < batch; posted++) {
        post(request++, 1000 + request, 0);
      }
      assertThat(queue.isEmpty()).isFalse();
      assertThat(queue.reap(merger)).isEqualTo(batch);
      assertThat(queue.isEmpty()).isTrue();
      assertThat(head.get(JAVA_INT, 0)).as("entries freed").isEqualTo(tail.get(JAVA_INT, 0));
    }
    assertThat(tail.get(JAVA_INT, 0)).isEqualTo(firstIndex + request);
    assertThat(sink.completions).hasSize(request);
    for (int index = 0; index < request; index++) {
      assertThat(sink.completions.get(index))
          .isEqualTo(index + " -> " + (1001 + index) + " SINGLE");
    }
  }

  @Test
  void entriesAreFreedOnlyAfterTheWholeBatchWasRead() {
    CompletionQueue queue = queue(0);
    int[] headWhileReading = new int[2];
    CompletionMerger watching =
        new CompletionMerger(
            2,
            new CompletionMerger.Sink() {
              @Override
              public void onCompletion(
                  int request, int result, CompletionMerger.Form form, boolean copied) {
                headWhileReading[request] = head.get(JAVA_INT, 0);
              }

              @Override
              public void onControl(long userData, int result) {}
            });
    post(0, 1, 0);
    post(1, 1, 0);
    queue.reap(watching);
    assertThat(headWhileReading).containsExactly(0, 0);
    assertThat(head.get(JAVA_INT, 0)).isEqualTo(2);
  }

  @Test
  void overflowsAreReadUnsigned() {
    CompletionQueue queue = queue(0);
    assertThat(queue.overflows()).isZero();
    overflow.set(JAVA_INT, 0, -1);
    assertThat(queue.overflows()).isEqualTo(4_294_967_295L);
  }
}
