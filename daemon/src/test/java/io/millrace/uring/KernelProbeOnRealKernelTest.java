package io.millrace.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.shim.Kernel;
import org.junit.jupiter.api.Test;

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

  private static int nextFd(Kernel kernel) {
    int fd = kernel.eventfd();
    kernel.close(fd);
    return fd;
  }
}
