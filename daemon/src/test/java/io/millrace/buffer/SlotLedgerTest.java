package io.millrace.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class SlotLedgerTest {
  private final SlotLedger ledger = new SlotLedger(2);

  @Test
  void theWholeLifeOfASlotIsLegal() {
    assertThat(ledger.claimed(1)).isTrue();
    assertThat(ledger.inKernel(1)).isTrue();
    assertThat(ledger.inKernel(1)).isTrue();
    assertThat(ledger.outOfKernel(1)).isTrue();
    assertThat(ledger.outOfKernel(1)).isTrue();
    assertThat(ledger.released(1)).isTrue();
    assertThat(ledger.claimed(1)).isTrue();
  }

  @Test
  void aFreeSlotCanOnlyBeClaimed() {
    illegal(() -> ledger.released(0), "slot 0 released although it was free");
    illegal(() -> ledger.inKernel(0), "slot 0 handed to the kernel although it was free");
    illegal(() -> ledger.outOfKernel(0), "slot 0 handed back by the kernel although it was free");
    assertThat(ledger.claimed(0)).as("and the refusals changed nothing").isTrue();
  }

  @Test
  void aHeldSlotIsNotClaimedAgainAndComesBackFromNowhere() {
    ledger.claimed(0);
    illegal(() -> ledger.claimed(0), "slot 0 claimed although it was held");
    illegal(() -> ledger.outOfKernel(0), "slot 0 handed back by the kernel although it was held");
    assertThat(ledger.released(0)).isTrue();
  }

  @Test
  void aSlotInTheKernelIsNeitherClaimedNorReleased() {
    ledger.claimed(0);
    ledger.inKernel(0);
    ledger.inKernel(0);
    illegal(() -> ledger.claimed(0), "slot 0 claimed although it was in 2 requests in the kernel");
    illegal(
        () -> ledger.released(0), "slot 0 released although it was in 2 requests in the kernel");
    ledger.outOfKernel(0);
    illegal(
        () -> ledger.released(0), "slot 0 released although it was in 1 requests in the kernel");
  }

  @Test
  void slotsDoNotShareAState() {
    ledger.claimed(0);
    assertThat(ledger.claimed(1)).isTrue();
  }

  private static void illegal(ThrowingCallable transition, String message) {
    assertThatThrownBy(transition).isInstanceOf(AssertionError.class).hasMessage(message);
  }
}
