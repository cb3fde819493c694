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
      String reason = "skipped, no io_uring here: " + refused.getMessage();
      System.out.println(reason);
      Assumptions.abort(reason);
    }
    return kernel;
  }
}
