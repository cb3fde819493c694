package io.millrace.config;

/**
 * {@code send.engine}: which system calls send. A name that isn't here is an error of the
 * configuration.
 */
public enum Engine {
  /** The best one that this machine allows. */
  AUTO,
  /** io_uring, or the daemon refuses to start. */
  URING
}
