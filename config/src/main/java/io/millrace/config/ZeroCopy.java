package io.millrace.config;

/** {@code send.zero-copy}: whether the kernel sends from the slots themselves or from a copy. */
public enum ZeroCopy {
  /** Zero-copy sends where the kernel has them, else plain sends. */
  AUTO,
  /** Zero-copy sends, or the daemon refuses to start. */
  ALWAYS,
  /** Plain sends: the kernel copies each datagram. */
  NEVER
}
