package io.millrace.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class SlotReferencesTest {
  private final BufferPool pool = new BufferPool(2);
  private final SlotReferences references = new SlotReferences(pool);

  @Test
  void theLastPartyToLetGoGivesTheSlotBack() {
    int slot = pool.claim();
    references.begin(slot);
    references.acquireForKernel(slot);
    references.acquireForKernel(slot);
    references.release(slot);
    references.releaseFromKernel(slot);
    assertThat(pool.free()).isEqualTo(1);
    references.releaseFromKernel(slot);
    assertThat(pool.free()).isEqualTo(2);
  }

  @Test
  void theCursorMayBeTheLast() {
    int slot = pool.claim();
    references.begin(slot);
    references.acquireForKernel(slot);
    references.releaseFromKernel(slot);
    assertThat(pool.free()).isEqualTo(1);
    references.release(slot);
    assertThat(pool.free()).isEqualTo(2);
  }

  @Test
  void aReferenceThatIsNoRequestsKeepsTheSlotToo() {
    int slot = pool.claim();
    references.begin(slot);
    references.acquire(slot);
    references.release(slot);
    assertThat(pool.free()).isEqualTo(1);
    references.release(slot);
    assertThat(pool.free()).isEqualTo(2);
  }

  @Test
  void aSlotIsNotReleasedUnderTheKernel() {
    int slot = pool.claim();
    references.begin(slot);
    references.acquireForKernel(slot);
    references.release(slot);
    // One release too many, of the wrong kind: it would free the slot while the kernel reads it.
    assertThatThrownBy(() -> references.release(slot))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("in 1 requests in the kernel");
  }

  @Test
  void misuseIsABug() {
    int slot = pool.claim();
    assertThatThrownBy(() -> references.acquire(slot))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is nobody's");
    references.begin(slot);
    assertThatThrownBy(() -> references.begin(slot))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("has 1 references already");
    references.release(slot);
    assertThatThrownBy(() -> references.release(slot))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("released once too often");
  }
}
