package io.millrace.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a refused ring says to the person who reads it. */
final class RingTest {
  private final FakeKernel fake = new FakeKernel();

  private Ring open() {
    return Ring.open(fake.kernel(), 8, 32);
  }

  private void refused(int errno, String message) {
    for (int attempt = 0; attempt < 100; attempt++) {
      fake.setupResults.add(-errno);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(RingUnavailableException.class)
        .hasMessageContaining(message);
  }

  @Test
  void permissionDeniedNamesTheSysctlOrTheSeccompFilter() throws IOException {
    Path sysctl = Path.of("/proc/sys/kernel/io_uring_disabled");
    String setting = Files.exists(sysctl) ? Files.readString(sysctl).strip() : "0";
    refused(Errno.EPERM, "io_uring_setup: EPERM: " + RingUnavailableException.forbiddenBy(setting));
  }

  @ParameterizedTest
  @CsvSource({
    "2, run `sysctl kernel.io_uring_disabled=0`",
    "1, kernel.io_uring_group",
    "0, a seccomp filter forbids io_uring",
  })
  void eachCauseOfPermissionDeniedHasItsOwnFix(String setting, String fix) {
    assertThat(RingUnavailableException.forbiddenBy(setting)).contains(fix);
  }

  @Test
  void aKernelWithoutIoUringIsToldApartFromAForbiddenOne() {
    refused(
        Errno.ENOSYS,
        "io_uring_setup: ENOSYS: this kernel has no io_uring (built without CONFIG_IO_URING), or a"
            + " seccomp filter hides it");
  }

  @Test
  void aKernelThatIsTooOldIsNamedWithItsRelease() {
    refused(
        Errno.EINVAL,
        "io_uring_setup: EINVAL: this kernel ("
            + System.getProperty("os.version")
            + ") is too old");
  }

  @Test
  void aSecurityModuleIsNamed() {
    refused(Errno.EACCES, "io_uring_setup: EACCES: a security module (SELinux, AppArmor)");
  }

  @Test
  void lackOfMemoryNamesTheLimit() {
    refused(
        Errno.ENOMEM, "io_uring_setup: ENOMEM: not enough memory, or the limit on locked memory");
  }

  @Test
  void onlyLackOfMemoryIsSaidToBeThat() {
    for (int error : new int[] {Errno.EPERM, Errno.ENOSYS, Errno.EINVAL, Errno.EACCES}) {
      assertThat(RingUnavailableException.atSetup("", error).isLackOfMemory()).isFalse();
    }
    assertThat(RingUnavailableException.atSetup("", Errno.ENOMEM).isLackOfMemory()).isTrue();
  }

  @Test
  void anythingElseIsReportedByItsName() {
    refused(Errno.EMFILE, "io_uring_setup: EMFILE: unexpected");
  }

  @Test
  void aKernelWithoutNoSqArrayGetsAnIndexArray() {
    fake.knowsNoSqArray = false;
    open().close();
    assertThat(fake.setups).hasSize(2);
    int noArray = KernelAbi.IORING_SETUP_NO_SQARRAY;
    assertThat(fake.setups.get(0) & noArray).isEqualTo(noArray);
    assertThat(fake.setups.get(1)).isEqualTo(fake.setups.get(0) & ~noArray);
  }

  @Test
  void everyRingIsMadeForOneIssuerAndDeferredCompletions() {
    open().close();
    assertThat(fake.setups)
        .containsExactly(
            (1 << 6) // R_DISABLED
                | (1 << 7) // SUBMIT_ALL
                | (1 << 9) // TASKRUN_FLAG
                | (1 << 12) // SINGLE_ISSUER
                | (1 << 13) // DEFER_TASKRUN
                | (1 << 16)); // NO_SQARRAY
  }

  @Test
  void lockedMemoryThatIsTooLowIsNamed() {
    fake.registerResults.put(KernelAbi.IORING_REGISTER_BUFFERS, -Errno.ENOMEM);
    try (Ring ring = open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment vectors = arena.allocate(16, 8);
      assertThatThrownBy(() -> ring.registerBuffers(vectors, 33_554_432))
          .isInstanceOf(RingUnavailableException.class)
          .hasMessageContaining("ENOMEM: the limit on locked memory (RLIMIT_MEMLOCK) is too low")
          .extracting("lackOfMemory")
          .isEqualTo(true);
    }
  }

  @Test
  void tooManySocketsNameTheLimitOnFiles() {
    fake.registerResults.put(KernelAbi.IORING_REGISTER_FILES, -Errno.EMFILE);
    try (Ring ring = open()) {
      assertThatThrownBy(() -> ring.registerFiles(new int[] {1, 2, 3}))
          .isInstanceOf(RingUnavailableException.class)
          .hasMessageContaining("registering 3 sockets: EMFILE")
          .hasMessageContaining("LimitNOFILE=");
    }
  }

  @Test
  void aRefusedEnableIsReported() {
    fake.registerResults.put(KernelAbi.IORING_REGISTER_ENABLE_RINGS, -Errno.EPERM);
    try (Ring ring = open()) {
      assertThatThrownBy(ring::enable)
          .isInstanceOf(RingUnavailableException.class)
          .hasMessageStartingWith("enabling the ring: EPERM: a seccomp filter forbids");
    }
  }
}
