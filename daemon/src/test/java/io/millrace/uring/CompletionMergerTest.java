package io.millrace.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sequences of CQEs in KERNEL.md's table, each ending as exactly one merged completion. */
final class CompletionMergerTest {
  private static final int MORE = 1 << 1;
  private static final int NOTIF = 1 << 3;
  private static final int COPIED = 1 << 31;

  private final RecordingSink sink = new RecordingSink();
  private final CompletionMerger merger = new CompletionMerger(4, sink);

  @Test
  void stockSuccessEndsWithItsNotification() {
    merger.onCqe(2, 1400, MORE);
    assertThat(sink.completions).as("the kernel still reads the buffer").isEmpty();
    merger.onCqe(2, 0, NOTIF);
    assertThat(sink.completions).containsExactly("2 -> 1400 PAIRED");
  }

  /** EBADF to ECANCELED: everything of the table's second and third line. */
  @ParameterizedTest
  @ValueSource(ints = {9, 11, 14, 22, 32, 88, 89, 90, 95, 101, 105, 111})
  void aStockErrorIsOneCompletionAndKeepsItsErrno(int errno) {
    merger.onCqe(0, -errno, MORE);
    merger.onCqe(0, 0, NOTIF);
    assertThat(sink.completions).containsExactly("0 -> -" + errno + " PAIRED");
  }

  @Test
  void combinedSuccessIsOneCqe() {
    merger.onCqe(1, 1400, NOTIF);
    assertThat(sink.completions).containsExactly("1 -> 1400 COMBINED");
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 22, 90, 105, 111})
  void aCombinedErrorIsNotTakenForSuccess(int errno) {
    merger.onCqe(1, -errno, NOTIF);
    assertThat(sink.completions).containsExactly("1 -> -" + errno + " COMBINED");
  }

  @Test
  void aRequestRefusedBeforeItsNotificationEndsWithOneCqe() {
    merger.onCqe(3, -22, 0);
    assertThat(sink.completions).containsExactly("3 -> -22 SINGLE");
  }

  @Test
  void aCopyingSendEndsWithOneCqe() {
    merger.onCqe(3, 64, 0);
    assertThat(sink.completions).containsExactly("3 -> 64 SINGLE");
  }

  @Test
  void reportedUsageIsNotAResult() {
    merger.onCqe(0, 1400, MORE);
    merger.onCqe(0, COPIED, NOTIF);
    merger.onCqe(0, 1400, MORE);
    merger.onCqe(0, 0, NOTIF);
    assertThat(sink.completions).containsExactly("0 -> 1400 PAIRED copied", "0 -> 1400 PAIRED");
  }

  @Test
  void aZeroLengthResultIsRemembered() {
    merger.onCqe(0, 0, MORE);
    merger.onCqe(0, 0, NOTIF);
    assertThat(sink.completions).containsExactly("0 -> 0 PAIRED");
  }

  @Test
  void aCombinedErrorDoesNotLookCopied() {
    merger.onCqe(0, -90, NOTIF);
    assertThat(sink.completions).containsExactly("0 -> -90 COMBINED");
  }

  @Test
  void aReusedRequestRemembersNothingOfTheLast() {
    merger.onCqe(0, -111, MORE);
    merger.onCqe(0, 0, NOTIF);
    merger.onCqe(0, 1400, NOTIF);
    assertThat(sink.completions).containsExactly("0 -> -111 PAIRED", "0 -> 1400 COMBINED");
  }

  @Test
  void requestsInterleave() {
    merger.onCqe(0, 100, MORE);
    merger.onCqe(1, -90, MORE);
    merger.onCqe(2, 300, NOTIF);
    merger.onCqe(1, 0, NOTIF);
    merger.onCqe(0, 0, NOTIF);
    assertThat(sink.completions)
        .containsExactly("2 -> 300 COMBINED", "1 -> -90 PAIRED", "0 -> 100 PAIRED");
  }

  @Test
  void theWakeUpIsAControlAndCountedApart() {
    merger.onCqe(-1, 8, 0);
    merger.onCqe(0, 100, NOTIF);
    merger.onCqe(-1, 8, 0);
    assertThat(sink.controls).containsExactly("-1 -> 8", "-1 -> 8");
    assertThat(sink.completions).hasSize(1);
    assertThat(merger.takeControls()).isEqualTo(2);
    assertThat(merger.takeControls()).isZero();
  }

  @Test
  void twoResultsForOneRequestAreABug() {
    merger.onCqe(0, 100, MORE);
    assertThatThrownBy(() -> merger.onCqe(0, 100, MORE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("request 0 had a result already");
  }
}
