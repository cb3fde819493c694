package io.millrace.config;

/** A stream's {@code pace.kernel}: who spaces its datagrams. */
public enum KernelPacing {
  /** The daemon: each is handed over when it is due. */
  NONE,
  /** The qdisc fq, by SO_MAX_PACING_RATE: they are handed over some time ahead. */
  FQ
}
