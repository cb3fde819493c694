package io.millrace.sender;

/**
 * The requests of one ring: which are free, and for each that is in the kernel, which datagrams of
 * which slot it sends to which target. A request's number is its user_data. Owned by one
 * SenderThread.
 */
final class RequestTable {
  /** Every request is in the kernel. */
  static final int NONE = -1;

  private final int[] free;
  private final int[] slots;
  private final int[] targets;
  private final int[] offsets;
  private final int[] ends;
  private final int[] datagrams;
  private final boolean[] samples;
  private int freeCount;

  RequestTable(int capacity) {
    free = new int[capacity];
    slots = new int[capacity];
    targets = new int[capacity];
    offsets = new int[capacity];
    ends = new int[capacity];
    datagrams = new int[capacity];
    samples = new boolean[capacity];
    freeCount = capacity;
    for (int request = 0; request < capacity; request++) {
      free[request] = capacity - 1 - request;
    }
  }

  /**
   * A free request, now standing for a send of so many datagrams, which lie in this slot from
   * {@code offset} to {@code end}; or {@link #NONE}.
   */
  int claim(int slot, int target, int offset, int end, int count) {
    if (freeCount == 0) {
      return NONE;
    }
    int request = free[--freeCount];
    slots[request] = slot;
    targets[request] = target;
    offsets[request] = offset;
    ends[request] = end;
    datagrams[request] = count;
    samples[request] = false;
    return request;
  }

  /** The kernel will report whether it copied this request's payload. */
  void markSample(int request) {
    samples[request] = true;
  }

  boolean isSample(int request) {
    return samples[request];
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

  int offset(int request) {
    return offsets[request];
  }

  int end(int request) {
    return ends[request];
  }

  int datagrams(int request) {
    return datagrams[request];
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

  /** Requests that can be claimed. */
  int available() {
    return freeCount;
  }

  int inFlight() {
    return free.length - freeCount;
  }
}
