package io.millrace.stream;

/**
 * When each datagram of a source is due, where the source knows: a row of times for each slot. The
 * source's thread writes a row before it hands the slot over, the sender reads it while that slot
 * is the one that it took last; there are rows enough for both ({@link QueuedSource} tells the
 * thread how far the sender has come).
 */
public final class Timetable {
  private final long[] times;
  private final int datagramsPerSlot;
  private final int mask;
  private int first;

  /**
   * A table.
   *
   * @param slots that may be handed over and not taken, a power of two
   * @param datagramsPerSlot at most, at least 1
   */
  public Timetable(int slots, int datagramsPerSlot) {
    assert Integer.bitCount(slots) == 1 : slots + " is no power of two";
    this.datagramsPerSlot = datagramsPerSlot;
    // The slots that wait, the one that the sender walks over, and the one that is being filled.
    int rows = 2 * slots;
    times = new long[rows * datagramsPerSlot];
    mask = rows - 1;
  }

  /**
   * Says when a datagram is due; the filling thread.
   *
   * @param row the number of the slot among those handed over, from 0
   * @param datagram its number in the slot
   * @param ns since a point of the source's own; never less than that of the datagram before
   */
  void put(long row, int datagram, long ns) {
    assert datagram < datagramsPerSlot : "more datagrams than agreed";
    times[at(row) + datagram] = ns;
  }

  /** The sender takes the slot of this number. */
  void take(long row) {
    first = at(row);
  }

  /** All times; those of the slot that the sender took last begin at {@link #first()}. */
  long[] times() {
    return times;
  }

  int first() {
    return first;
  }

  private int at(long row) {
    return ((int) row & mask) * datagramsPerSlot;
  }
}
