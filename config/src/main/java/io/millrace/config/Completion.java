package io.millrace.config;

/** {@code send.completion}: how many completions the kernel posts per zero-copy send. */
public enum Completion {
  /** Combined where a probe shows that the kernel has it, else paired. */
  AUTO,
  /** One completion that merges result and notification, or the daemon refuses to start. */
  COMBINED,
  /** The two completions of a stock kernel; the ring pairs them itself. */
  PAIRED
}
