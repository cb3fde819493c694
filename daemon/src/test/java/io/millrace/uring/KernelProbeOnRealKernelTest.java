package io.millrace.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.shim.Kernel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
final class KernelProbeOnRealKernelTest {
  @Test
  void theProbeComesToAConclusionAndLeavesNoDescriptor() {
    Kernel kernel = RealKernel.withRings();
    int before = nextFd(kernel);
    KernelProbe.Features features = KernelProbe.probe(kernel, KernelProbe.AUTO_BIT);
    System.out.println("this kernel: " + features);
    assertThat(features.sendZc()).as("SEND_ZC, there since 6.0").isTrue();
    assertThat(nextFd(kernel)).isEqualTo(before);
  }

  /** Said by whoever starts the tests, for example loadtest/vm/prove. */
  @Test
  void theModeIsFoundWhereItIsSaidToBe() {
    String expected = System.getenv("MILLRACE_EXPECT_COMBINED");
    if (expected == null) {
      RealKernel.skip("MILLRACE_EXPECT_COMBINED (native or emulated) is not set");
    }
    KernelProbe.Features features = KernelProbe.probe(RealKernel.withRings(), KernelProbe.AUTO_BIT);
    assertThat(features.combinedNative() ? "native" : "emulated").isEqualTo(expected);
    // No other bit passes for it, whatever it means to this kernel.
    for (int bit = 0; bit < 16; bit++) {
      KernelProbe.Features tried = KernelProbe.probe(RealKernel.withRings(), bit);
      assertThat(tried.combinedNative())
          .as("bit %d", bit)
          .isEqualTo(features.combinedNative() && tried.combineFlag() == features.combineFlag());
    }
  }

  private static int nextFd(Kernel kernel) {
    int fd = kernel.eventfd();
    kernel.close(fd);
    return fd;
  }
}
