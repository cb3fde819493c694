package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sender.SendMode;
import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import io.millrace.uring.KernelProbe;
import io.millrace.uring.RingUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class WarmUpTest {
  private final Kernel kernel = NativeKernel.load();

  private KernelProbe.Features features() {
    try {
      return KernelProbe.probe(kernel, KernelProbe.AUTO_BIT);
    } catch (RingUnavailableException refused) {
      System.err.println("skipped: " + refused.getMessage());
      Assumptions.abort(String.valueOf(refused.getMessage()));
      throw refused;
    }
  }

  @Test
  void runsTheHotLoopAndLeavesNoDescriptorBehind() throws IOException {
    SendMode mode = new SendMode(features().sendZc(), 0);
    // The first one also loads classes, which opens files.
    WarmUp.begin(kernel, mode, 32).await();
    List<String> before = descriptors();
    assertThat(WarmUp.begin(kernel, mode, 32).await()).isGreaterThan(100);
    assertThat(descriptors()).isEqualTo(before);
  }

  private static List<String> descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(Files::isSymbolicLink)
          .map(WarmUpTest::target)
          .filter(target -> target.contains("io_uring") || target.contains("socket"))
          .sorted()
          .toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException gone) {
      return "";
    }
  }
}
