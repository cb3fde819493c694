package io.millrace.fuzz;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/** Gives inputs to a target and says what of it is a finding. One thread. */
final class Oracle {
  /** Of CPU time: a machine that is busy with other things proves nothing. */
  private static final long MOST_NS = TimeUnit.SECONDS.toNanos(1);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final FuzzTarget target;

  Oracle(FuzzTarget target) {
    this.target = target;
  }

  /**
   * One input.
   *
   * @throws AssertionError for whatever comes of it that isn't allowed, being slow included
   */
  void check(byte[] input) {
    long beganNs = THREADS.getCurrentThreadCpuTime();
    try {
      target.accept(input);
    } catch (Exception unexpected) {
      throw new AssertionError("not its own way of refusing: " + unexpected, unexpected);
    }
    long tookNs = THREADS.getCurrentThreadCpuTime() - beganNs;
    if (tookNs > MOST_NS) {
      throw new AssertionError("took " + TimeUnit.NANOSECONDS.toMillis(tookNs) + " ms");
    }
  }
}
