package io.millrace.config;

/** {@code buffers.huge-pages}: what the slots' memory is made of. */
public enum HugePages {
  /** What is best, as measured: base pages (reference.conf says why). */
  AUTO,
  /** Huge pages, or the daemon refuses to start. */
  ALWAYS,
  /** Base pages. */
  NEVER
}
