package io.millrace.sender;

/**
 * The requests of one ring: which are free, and the slot and the target of each that is in the
 * kernel. A request's number is its user_data. Owned by one SenderThread.
 */
final class RequestTable {
  /** Every request is in the kernel. */
  static final int NONE = -1;

  private final int[] free;
  private final int[] slots;
  private final int[] targets;
  private int freeCount;

  RequestTable(int capacity) {
    free = new int[capacity];
    slots = new int[capacity];
    targets = new int[capacity];
    freeCount = capacity;
    for (int request = 0; request < capacity; request++) {
      free[request] = capacity - 1 - request;
    }
  }

  /** A free request, now standing for a send of this slot to this target; or {@link #NONE}. */
  int claim(int slot, int target) {
    if (freeCount == 0) {
      return NONE;
    }
    int request = free[--freeCount];
    slots[request] = slot;
    targets[request] = target;
    return request;
  }

  void release(int request) {
    assert freeCount < free.length : "request " + request + " was released once too often";
    free[freeCount++] = request;
  }

  int slot(int request) {
    return slots[request];
  }

  int target(int request) {
    return targets[request];
  }

  /** The requests that are in the kernel, ascending; allocates, for the end of the thread only. */
  int[] inFlightRequests() {
    boolean[] isFree = new boolean[free.length];
    for (int index = 0; index < freeCount; index++) {
      isFree[free[index]] = true;
    }
    int[] found = new int[inFlight()];
    int count = 0;
    for (int request = 0; request < isFree.length; request++) {
      if (!isFree[request]) {
        found[count++] = request;
      }
    }
    return found;
  }

  int inFlight() {
    return free.length - freeCount;
  }
}
