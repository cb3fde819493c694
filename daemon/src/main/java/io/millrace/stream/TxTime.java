package io.millrace.stream;

import io.millrace.shim.KernelAbi;

/**
 * How the queueing discipline on the way to a target takes the departure times of datagrams
 * (SO_TXTIME).
 *
 * @param clock that the times are of, KernelAbi.CLOCK_*; {@link #NO_CLOCK}: none is taken
 * @param leastAheadNs how far in the future a time must lie when the datagram is handed over, or it
 *     is dropped; 0: one that has passed is no harm, the datagram leaves at once
 */
public record TxTime(int clock, long leastAheadNs) {
  /** For {@link #clock}. */
  public static final int NO_CLOCK = -1;

  /** Datagrams leave when they are handed over. */
  public static final TxTime NONE = new TxTime(NO_CLOCK, 0);

  /** fq sends in the order of the times, late ones first (sch_fq.c, since Linux 4.20). */
  public static final TxTime FQ = new TxTime(KernelAbi.CLOCK_MONOTONIC, 0);

  /** Between the sender's look at the clock and the arrival in the queue: a batch of sends. */
  private static final long ETF_MARGIN_NS = 500_000;

  /**
   * etf drops what comes after its time, and what is to leave before something that it has let go
   * already, which it does {@code deltaNs} ahead (sch_etf.c: is_packet_valid).
   */
  public static TxTime etf(long deltaNs) {
    return new TxTime(KernelAbi.CLOCK_TAI, deltaNs + ETF_MARGIN_NS);
  }
}
