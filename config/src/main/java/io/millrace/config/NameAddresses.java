package io.millrace.config;

/** Which of the addresses of a name get datagrams. */
public enum NameAddresses {
  /** One: that in use as long as the name has it, else the first of the answer. */
  FIRST,
  /** Each of them, a copy of every datagram. */
  ALL
}
