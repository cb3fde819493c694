package io.millrace.config;

/** A stream's {@code pace.kernel}: who spaces its datagrams. */
public enum KernelPacing {
  /** The daemon: each is handed over when it is due. */
  NONE,
  /** The qdisc fq, by SO_MAX_PACING_RATE: they are handed over some time ahead. */
  FQ,
  /**
   * The qdisc fq or etf, by SO_TXTIME: each datagram is handed over some time ahead and brings the
   * time at which it is to leave.
   */
  TXTIME
}
