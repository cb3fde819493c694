package io.millrace.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.shim.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelProbeTest {
  private final FakeKernel fake = new FakeKernel();

  @AfterEach
  void theRingIsClosedAgain() {
    assertThat(fake.ringOpen).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "5.15.0-91-generic, 4",
    "6.1, 4",
    "6.1.0-18-amd64, 4",
    "6.9, 4",
    "6.9.12, 4",
    "6.10, 15",
    "6.10-rc1, 15",
    "6.12.117, 15",
    "6.18.44-fc-v657, 15",
    "7.0, 15",
    "10.2.1, 15",
    "6, 15",
    "weird, 15",
    "99999999999.1, 15",
    "'', 15",
  })
  void theFlagsBitDependsOnTheRelease(String release, int bit) {
    assertThat(KernelProbe.combineBitOf(release)).isEqualTo(bit);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 15})
  void aKernelWithTheCombinedModeIsFoundByWhatItPosts(int bit) {
    fake.combineFlag = 1 << bit;
    KernelProbe.Features features = KernelProbe.probe(fake.kernel(), bit);
    assertThat(features.sendZc()).isTrue();
    assertThat(features.combinedNative()).isTrue();
    assertThat(features.combineFlag()).isEqualTo(1 << bit);
    assertThat(fake.sends).hasSize(1);
  }

  @Test
  void aSendThatFailsTellsAsMuch() {
    fake.combineFlag = 1 << 15;
    for (int fd = 100; fd < 110; fd++) {
      fake.sendErrors.put(fd, -Errno.ENETUNREACH);
    }
    assertThat(KernelProbe.probe(fake.kernel(), 15).combinedNative()).isTrue();
  }

  @Test
  void aStockKernelRefusesTheFlag() {
    KernelProbe.Features features = KernelProbe.probe(fake.kernel(), 15);
    assertThat(features.sendZc()).isTrue();
    assertThat(features.combinedNative()).isFalse();
  }

  /** Bit 3 is REPORT_USAGE: a stock kernel takes it, and posts two CQEs. */
  @Test
  void aFlagThatMeansSomethingElseIsNotTakenForTheMode() {
    KernelProbe.Features features = KernelProbe.probe(fake.kernel(), 3);
    assertThat(features.combinedNative()).isFalse();
  }

  @Test
  void aSendThatIsRefusedEarlyIsNotTakenForTheModeEither() {
    fake.refusesSendsEarly = true;
    assertThat(KernelProbe.probe(fake.kernel(), 15).combinedNative()).isFalse();
  }

  @Test
  void aKernelWithoutSendZcIsNotSentAnything() {
    fake.knowsSendZc = false;
    fake.combineFlag = 1 << 15;
    KernelProbe.Features features = KernelProbe.probe(fake.kernel(), 15);
    assertThat(features.sendZc()).isFalse();
    assertThat(features.combinedNative()).isFalse();
    assertThat(fake.sends).isEmpty();
  }

  @Test
  void theReleaseIsTheRunningKernelsAndTheBitFollowsIt() {
    KernelProbe.Features features = KernelProbe.probe(fake.kernel(), KernelProbe.AUTO_BIT);
    String release = System.getProperty("os.version");
    assertThat(features.release()).isEqualTo(release);
    assertThat(features.combineFlag()).isEqualTo(1 << KernelProbe.combineBitOf(release));
  }

  @Test
  void aSendThatNeverEndsIsReported() {
    fake.completionsPerEnter = 0;
    assertThatThrownBy(() -> KernelProbe.probe(fake.kernel(), 15))
        .isInstanceOf(RingUnavailableException.class)
        .hasMessageContaining("did not complete within 2 s");
  }

  @Test
  void whereThereAreNoRingsTheProbeSaysWhy() {
    fake.setupResults.add(-Errno.ENOSYS);
    assertThatThrownBy(() -> KernelProbe.probe(fake.kernel(), 15))
        .isInstanceOf(RingUnavailableException.class)
        .hasMessageContaining("ENOSYS");
  }
}
