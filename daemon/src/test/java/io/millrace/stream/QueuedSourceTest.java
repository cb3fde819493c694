package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.SlotReferences;
import org.junit.jupiter.api.Test;

final class QueuedSourceTest {
  private final BufferPool pool = new BufferPool(8);
  private final SlotReferences references = new SlotReferences(pool);
  private final QueuedSource source = new QueuedSource(references, 100, 4);

  private int accept(int payload) {
    int slot = pool.claim();
    source.accept(slot, payload);
    return slot;
  }

  @Test
  void slotsComeInTheOrderInWhichTheyWereHandedOver() {
    for (int round = 0; round < 5; round++) { // round the ring of four
      int first = accept(300 + round);
      int second = accept(200);
      int third = accept(50);
      assertThat(source.next(1, 0)).isEqualTo(first);
      assertThat(source.payloadBytes()).isEqualTo(300 + round);
      assertThat(source.next(1, 0)).isEqualTo(second);
      assertThat(source.payloadBytes()).isEqualTo(200);
      assertThat(source.next(1, 0)).isEqualTo(third);
      assertThat(source.payloadBytes()).isEqualTo(50);
      assertThat(source.taken()).isEqualTo(3L * (round + 1));
      for (int slot : new int[] {first, second, third}) {
        references.release(slot);
      }
    }
    assertThat(pool.free()).isEqualTo(8);
  }

  @Test
  void anEmptyQueueIsNotReadyUntilItsEndIsKnown() {
    assertThat(source.next(1, 0)).isEqualTo(Source.NOT_READY);
    int slot = accept(100);
    source.end(false);
    assertThat(source.next(1, 0)).as("what came before the end").isEqualTo(slot);
    assertThat(source.next(1, 0)).isEqualTo(Source.FINISHED);
  }

  @Test
  void aFailureComesAfterWhatWasHandedOverBefore() {
    int slot = accept(100);
    source.end(true);
    assertThat(source.next(1, 0)).isEqualTo(slot);
    assertThat(source.next(1, 0)).isEqualTo(Source.FAILED);
  }

  @Test
  void closingReleasesWhatWasNotTaken() {
    int taken = accept(100);
    accept(100);
    accept(100);
    assertThat(source.next(1, 0)).isEqualTo(taken);
    source.close();
    assertThat(pool.free()).as("all but the one that was taken").isEqualTo(7);
    references.release(taken);
    assertThat(pool.free()).isEqualTo(8);
  }

  @Test
  void moreSlotsThanAgreedAreABug() {
    for (int slot = 0; slot < 4; slot++) {
      accept(100);
    }
    assertThatThrownBy(() -> accept(100))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("more slots handed over than agreed");
  }
}
