package io.millrace.sender;

/**
 * Targets that something is to happen to at a time. They are few as long as things go well, so they
 * are a list that is gone through when the first of them is due. Owned by one SenderThread.
 */
final class TimedTargets {
  /** For {@link #poll}: nothing is due. */
  static final int NONE = -1;

  private final int[] targets;
  private final long[] timesNs;
  private final long leastPassNs;
  private int count;

  /** When to go through the list again. */
  private long nextPassNs;

  /** Where the pass under way is in the list, and the earliest time behind it. */
  private int position;

  private long earliestNs;

  /**
   * None.
   *
   * @param capacity targets that there are; each may be in the list once
   * @param leastPassNs for which the list is not gone through again, unless an earlier one comes
   */
  TimedTargets(int capacity, long leastPassNs) {
    this.leastPassNs = leastPassNs;
    targets = new int[capacity];
    timesNs = new long[capacity];
  }

  int size() {
    return count;
  }

  /** Adds a target that is not in the list. */
  void add(int target, long timeNs) {
    assert count < targets.length : "a target is in the list twice";
    if (count == 0 || timeNs - nextPassNs < 0) {
      nextPassNs = timeNs;
    }
    targets[count] = target;
    timesNs[count++] = timeNs;
  }

  /** Takes a target out of the list, if it is in it. */
  void remove(int target) {
    assert position == 0 : "the list is being gone through";
    for (int index = 0; index < count; index++) {
      if (targets[index] == target) {
        take(index);
        return;
      }
    }
  }

  /** Takes a target out whose time has come: it, or {@link #NONE}. */
  int poll(long nowNs) {
    if (count == 0 || nextPassNs - nowNs > 0) {
      return NONE;
    }
    if (position == 0) {
      earliestNs = nowNs + Long.MAX_VALUE / 2;
    }
    while (position < count) {
      if (timesNs[position] - nowNs <= 0) {
        return take(position);
      }
      if (timesNs[position] - earliestNs < 0) {
        earliestNs = timesNs[position];
      }
      position++;
    }
    position = 0;
    long leastNs = nowNs + leastPassNs;
    nextPassNs = earliestNs - leastNs > 0 ? earliestNs : leastNs;
    return NONE;
  }

  private int take(int index) {
    int target = targets[index];
    count--;
    targets[index] = targets[count];
    timesNs[index] = timesNs[count];
    return target;
  }

  /** Nanoseconds until {@link #poll} may find one, at most {@code mostNs}. */
  long untilNextNs(long nowNs, long mostNs) {
    return count == 0 ? mostNs : Math.min(mostNs, nextPassNs - nowNs);
  }
}
