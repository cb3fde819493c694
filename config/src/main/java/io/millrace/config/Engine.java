package io.millrace.config;

/** {@code send.engine}: which system calls send. */
public enum Engine {
  /** The best one that this machine allows. */
  AUTO,
  /** io_uring, or the daemon refuses to start. */
  URING,
  /** sendmmsg, without io_uring. */
  SENDMMSG
}
