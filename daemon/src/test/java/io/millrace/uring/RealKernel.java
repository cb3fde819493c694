package io.millrace.uring;

import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import org.junit.jupiter.api.Assumptions;

/** The kernel underneath, for tests of what it does. */
public final class RealKernel {
  private RealKernel() {}

  /**
   * The kernel, where it gives rings to this process; skips the test, and prints why, where it
   * doesn't.
   */
  public static Kernel withRings() {
    Kernel kernel = NativeKernel.load();
    try {
      Ring.open(kernel, 8, 16).close();
    } catch (RingUnavailableException refused) {
      skip("no io_uring here: " + refused.getMessage());
    }
    return kernel;
  }

  /** The combine flag where this kernel has the combined mode, else 0. */
  public static int combineFlag(Kernel kernel) {
    KernelProbe.Features features = KernelProbe.probe(kernel, KernelProbe.AUTO_BIT);
    return features.combinedNative() ? features.combineFlag() : 0;
  }

  /**
   * Says that a test can't run here, and why. Where {@code MILLRACE_TESTS_ALL} is set, as in
   * loadtest/vm, that is a failure: everything that tests may want is there.
   */
  public static void skip(String reason) {
    System.out.println("skipped: " + reason);
    if (System.getenv("MILLRACE_TESTS_ALL") != null) {
      throw new AssertionError("nothing may be skipped here: " + reason);
    }
    Assumptions.abort(reason);
  }
}
