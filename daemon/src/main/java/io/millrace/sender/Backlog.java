package io.millrace.sender;

/**
 * Runs of datagrams that wait for their target alone, first in, first out: those of requests that
 * failed and are sent again, and those that came while the target was held. Each entry has a
 * reference to its slot. Owned by one SenderThread.
 */
final class Backlog {
  private final int[] slots;
  private final int[] targets;
  private final int[] offsets;
  private final int[] ends;
  private final byte[] marks;

  /** Entries of each target. */
  private final int[] counts;

  private final int mask;
  private int head;
  private int size;

  /**
   * An empty one.
   *
   * @param capacity entries; rounded up to a power of two
   * @param targetCount targets that there may be
   */
  Backlog(int capacity, int targetCount) {
    int rounded = Integer.highestOneBit(Math.max(1, capacity - 1)) << 1;
    slots = new int[rounded];
    targets = new int[rounded];
    offsets = new int[rounded];
    ends = new int[rounded];
    marks = new byte[rounded];
    counts = new int[targetCount];
    mask = rounded - 1;
  }

  int size() {
    return size;
  }

  int capacity() {
    return slots.length;
  }

  /**
   * Appends a run; there is room.
   *
   * @param offset of its first datagram in the slot
   * @param end where its last datagram ends, in bytes from the slot's beginning
   * @param marksOfRequest what its requests are claimed with
   */
  void add(int slot, int target, int offset, int end, int marksOfRequest) {
    assert size < slots.length : "the backlog is full";
    assert offset < end : "an empty run";
    int index = (head + size++) & mask;
    slots[index] = slot;
    targets[index] = target;
    offsets[index] = offset;
    ends[index] = end;
    marks[index] = (byte) marksOfRequest;
    counts[target]++;
  }

  // Of the first entry.

  int slot() {
    return slots[head];
  }

  int target() {
    return targets[head];
  }

  int offset() {
    return offsets[head];
  }

  int end() {
    return ends[head];
  }

  int marks() {
    return marks[head];
  }

  /** Entries that wait for this target. */
  int waiting(int target) {
    return counts[target];
  }

  /** What lies before this offset has been sent. */
  void advance(int offset) {
    offsets[head] = offset;
  }

  /** Makes the first entry the last one. */
  void rotate() {
    int slot = slots[head];
    int target = targets[head];
    int offset = offsets[head];
    int end = ends[head];
    int marksOfRequest = marks[head];
    remove();
    add(slot, target, offset, end, marksOfRequest);
  }

  void remove() {
    assert size > 0 : "the backlog is empty";
    counts[targets[head]]--;
    head = (head + 1) & mask;
    size--;
  }
}
