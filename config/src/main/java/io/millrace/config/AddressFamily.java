package io.millrace.config;

/** Which addresses of a name count. */
public enum AddressFamily {
  /** Both, in the order in which the resolver gives them. */
  AUTO,
  IPV4,
  IPV6
}
