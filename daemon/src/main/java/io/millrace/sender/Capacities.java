package io.millrace.sender;

/**
 * The sizes of everything bounded in one ring, from the configured ones.
 *
 * @param sqEntries entries of the submission queue, a power of two
 * @param batch requests handed over per io_uring_enter, at most {@code sqEntries}
 * @param streams that there may be at a time, those that come later among them; 0: no more than at
 *     the start
 * @param targets likewise, of all streams together: entries of the table of registered sockets
 * @param received CQEs of sources that live on the ring, of all that it starts with. Those that
 *     come later may find the CQ full: then the kernel keeps their CQEs, and ends their receives,
 *     which are armed again
 */
public record Capacities(int sqEntries, int batch, int streams, int targets, int received) {
  /** Streams and targets that a ring has room for at least. */
  private static final int LEAST_STREAMS = 256;

  private static final int LEAST_TARGETS = 1024;

  /** Where all are replaced at once, the old ones are there until they have drained. */
  private static final int GENERATIONS = 2;

  private static final int CQES_PER_REQUEST =
      2; // the result and the notification of a stock kernel
  private static final int WAKE_UP_CQES = 1; // the read of the wake-up eventfd

  /** Commands that may wait for a sender thread; producers are told when it is full. */
  static final int COMMANDS = 1024;

  /** Rounds the SQ up as the kernel does. */
  public static Capacities of(int entries, int batch) {
    int rounded = Integer.highestOneBit(Math.max(1, entries - 1)) << 1;
    return new Capacities(rounded, Math.min(batch, rounded), 0, 0, 0);
  }

  /**
   * The same with room for streams and targets that are added later: as many again.
   *
   * @param streamsNow that the ring starts with
   * @param targetsNow likewise
   * @param mostFiles descriptors that the kernel registers at most (RLIMIT_NOFILE)
   */
  public Capacities withRoom(int streamsNow, int targetsNow, long mostFiles) {
    int wanted = Math.max(LEAST_TARGETS, GENERATIONS * targetsNow);
    return new Capacities(
        sqEntries,
        batch,
        Math.max(LEAST_STREAMS, GENERATIONS * streamsNow),
        (int) Math.max(targetsNow, Math.min(wanted, mostFiles)),
        received);
  }

  /** The same with room for so many CQEs of datagrams that were received. */
  public Capacities receiving(int cqes) {
    return new Capacities(sqEntries, batch, streams, targets, cqes);
  }

  /**
   * Requests that may be in the kernel at a time: one less than the SQ has entries. Two CQEs for
   * each and the wake-up then fit into a CQ of twice the SQ's size exactly. A larger one would
   * cost: the kernel writes and we read round all of it, and the 32 KiB for 1,024 entries stay in
   * the cache.
   */
  public int requests() {
    return sqEntries - 1;
  }

  /**
   * Runs that may wait for their target alone: one for every request in the kernel, which may all
   * be refused, and as many again that come while their target is held.
   */
  int backlog() {
    return 2 * sqEntries;
  }

  /** Requests of a cycle that shows what one costs: half a batch. */
  int measurable() {
    return Math.max(1, batch / 2);
  }

  /** Room for every CQE that can be outstanding, so that the CQ can't overflow. */
  public int cqEntries() {
    int outstanding = requests() * CQES_PER_REQUEST + WAKE_UP_CQES + received;
    return Integer.highestOneBit(outstanding) << 1;
  }
}
