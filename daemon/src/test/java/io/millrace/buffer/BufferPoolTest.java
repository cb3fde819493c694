package io.millrace.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

final class BufferPoolTest {
  @Test
  void everySlotIsClaimedOnceBeforeNoneIsLeft() {
    BufferPool pool = new BufferPool(5);
    boolean[] seen = new boolean[5];
    for (int claim = 0; claim < 5; claim++) {
      int slot = pool.claim();
      assertThat(seen[slot]).as("slot %d", slot).isFalse();
      seen[slot] = true;
    }
    assertThat(pool.free()).isZero();
    assertThat(pool.claim()).isEqualTo(BufferPool.NONE);
  }

  @Test
  void exhaustionIsCountedAndASuccessfulClaimIsNot() {
    BufferPool pool = new BufferPool(1);
    int slot = pool.claim();
    assertThat(pool.exhausted()).isZero();
    assertThat(pool.claim()).isEqualTo(-1);
    assertThat(pool.claim()).isEqualTo(-1);
    assertThat(pool.exhausted()).isEqualTo(2);
    pool.release(slot);
    assertThat(pool.claim()).isEqualTo(slot);
    assertThat(pool.exhausted()).isEqualTo(2);
  }

  @Test
  void theSlotThatWasReleasedLastIsClaimedFirst() {
    BufferPool pool = new BufferPool(4);
    int first = pool.claim();
    int second = pool.claim();
    int third = pool.claim();
    pool.release(second);
    pool.release(first);
    pool.release(third);
    assertThat(pool.claim()).isEqualTo(third);
    assertThat(pool.claim()).isEqualTo(first);
    assertThat(pool.claim()).isEqualTo(second);
  }

  @Test
  void freeFollowsClaimsAndReleases() {
    BufferPool pool = new BufferPool(3);
    assertThat(pool.slots()).isEqualTo(3);
    assertThat(pool.free()).isEqualTo(3);
    int slot = pool.claim();
    assertThat(pool.free()).isEqualTo(2);
    pool.release(slot);
    assertThat(pool.free()).isEqualTo(3);
  }

  @Test
  void aPoolWithoutSlotsIsExhaustedFromTheStart() {
    assertThat(new BufferPool(0).claim()).isEqualTo(BufferPool.NONE);
  }

  @Test
  void releasingASlotTwiceIsABug() {
    BufferPool pool = new BufferPool(2);
    int slot = pool.claim();
    pool.release(slot);
    assertThatThrownBy(() -> pool.release(slot))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("slot " + slot + " released although it was free");
  }

  /**
   * Few slots and many threads: claims race for the same top, and the same slot comes back on top
   * all the time.
   */
  @Test
  void noSlotIsEverHeldByTwoThreads() throws Exception {
    int threads = 4;
    int slots = 3;
    BufferPool pool = new BufferPool(slots);
    AtomicIntegerArray owners = new AtomicIntegerArray(slots);
    // Plain memory, like a slot's: what its holder wrote must be what its holder reads.
    long[] contents = new long[slots];
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    List<Future<Long>> claims = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 1; thread <= threads; thread++) {
        int owner = thread;
        claims.add(executor.submit(() -> hammer(pool, owners, contents, owner, deadlineNs)));
      }
    }
    long total = 0;
    for (Future<Long> claim : claims) {
      total += claim.get();
    }
    long changes = 0;
    for (long content : contents) {
      changes += content;
    }
    assertThat(total).isGreaterThan(1000);
    assertThat(changes).as("increments by holders that none has lost").isEqualTo(total);
    assertThat(pool.free()).isEqualTo(slots);
    for (int slot = 0; slot < slots; slot++) {
      assertThat(pool.claim()).isNotEqualTo(BufferPool.NONE);
    }
    assertThat(pool.claim()).isEqualTo(BufferPool.NONE);
  }

  /**
   * Takes one slot or two, and gives the one it took first back first, so that the stack's order
   * changes.
   */
  private static long hammer(
      BufferPool pool, AtomicIntegerArray owners, long[] contents, int owner, long deadlineNs) {
    long claims = 0;
    while (System.nanoTime() - deadlineNs < 0) {
      int first = pool.claim();
      int second = (claims & 1) == 0 ? BufferPool.NONE : pool.claim();
      for (int slot : new int[] {first, second}) {
        if (slot != BufferPool.NONE) {
          int other = owners.getAndSet(slot, owner);
          assertThat(other).as("holder of slot %d", slot).isZero();
          contents[slot]++;
          claims++;
        }
      }
      for (int slot : new int[] {first, second}) {
        if (slot != BufferPool.NONE) {
          assertThat(owners.getAndSet(slot, 0)).as("holder of slot %d", slot).isEqualTo(owner);
          pool.release(slot);
        }
      }
    }
    return claims;
  }
}
