package io.millrace.sender;

/**
 * The sizes of everything bounded in one ring, from the configured ones.
 *
 * @param sqEntries entries of the submission queue, a power of two
 * @param batch requests handed over per io_uring_enter, at most {@code sqEntries}
 */
public record Capacities(int sqEntries, int batch) {
  /** IORING_MAX_CQ_ENTRIES of io_uring.c: 2 * 32768. */
  private static final int MAX_CQ_ENTRIES = 65_536;

  private static final int CQES_PER_REQUEST =
      2; // the result and the notification of a stock kernel
  private static final int WAKE_UP_CQES = 1; // the read of the wake-up eventfd
  private static final int REQUESTS_PER_SQ_ENTRY = 4;

  /** Commands that may wait for a sender thread; producers are told when it is full. */
  static final int COMMANDS = 1024;

  /** Rounds the SQ up as the kernel does. */
  public static Capacities of(int entries, int batch) {
    int rounded = Integer.highestOneBit(Math.max(1, entries - 1)) << 1;
    return new Capacities(rounded, Math.min(batch, rounded));
  }

  /** Requests that may be in the kernel at a time. */
  public int requests() {
    int most = (MAX_CQ_ENTRIES - WAKE_UP_CQES) / CQES_PER_REQUEST;
    return Math.min(REQUESTS_PER_SQ_ENTRY * sqEntries, most);
  }

  /** Room for every CQE that can be outstanding, so that the CQ can't overflow. */
  public int cqEntries() {
    int outstanding = requests() * CQES_PER_REQUEST + WAKE_UP_CQES;
    return Integer.highestOneBit(outstanding - 1) << 1;
  }
}
