package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.ThreadTimes;

/** Whose CPU time counts as the sender's. */
interface CpuMeter {
  ThreadTimes read();

  /**
   * The daemon's ring threads, and the kernel threads that poll rings, which are the process's too:
   * what else a JVM does isn't on the sender's core.
   */
  static CpuMeter ringThreads(long pid) {
    return () -> ThreadTimes.ofThreads(pid, "ring-", "iou-sqp-");
  }

  /** All of a program, and what it started. */
  static CpuMeter wholeProgram(long pid) {
    return () -> ThreadTimes.ofProcesses(pid);
  }
}
