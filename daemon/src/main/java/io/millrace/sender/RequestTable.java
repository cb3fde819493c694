package io.millrace.sender;

/**
 * The requests of one ring: which are free, and for each that is in the kernel, which datagrams of
 * which slot it sends to which target. A request's number is its user_data. Owned by one
 * SenderThread.
 */
final class RequestTable {
  /** Every request is in the kernel. */
  static final int NONE = -1;

  // What a mark says about a request: bits, and how often its datagrams were sent in vain.
  private static final int SAMPLE = 1;
  private static final int RESENDS_SHIFT = 1;
  private static final int RESENDS_MASK = 3;
  private static final int RETRIES_SHIFT = 3;

  private final int[] free;
  private final int[] slots;
  private final int[] targets;
  private final int[] offsets;
  private final int[] ends;
  private final int[] datagrams;
  private final byte[] marks;
  private int freeCount;

  RequestTable(int capacity) {
    free = new int[capacity];
    slots = new int[capacity];
    targets = new int[capacity];
    offsets = new int[capacity];
    ends = new int[capacity];
    datagrams = new int[capacity];
    marks = new byte[capacity];
    freeCount = capacity;
    for (int request = 0; request < capacity; request++) {
      free[request] = capacity - 1 - request;
    }
  }

  /**
   * A free request, now standing for a send of so many datagrams, which lie in this slot from
   * {@code offset} to {@code end}; or {@link #NONE}.
   *
   * @param mark 0, or that of a request that failed, whose datagrams are sent again
   */
  int claim(int slot, int target, int offset, int end, int count, int mark) {
    if (freeCount == 0) {
      return NONE;
    }
    int request = free[--freeCount];
    slots[request] = slot;
    targets[request] = target;
    offsets[request] = offset;
    ends[request] = end;
    datagrams[request] = count;
    marks[request] = (byte) mark;
    return request;
  }

  /** The kernel will report whether it copied this request's payload. */
  void markSample(int request) {
    marks[request] |= SAMPLE;
  }

  boolean isSample(int request) {
    return (marks[request] & SAMPLE) != 0;
  }

  /** What is to be kept with the datagrams of a request that failed. */
  int marks(int request) {
    return marks[request] & ~SAMPLE;
  }

  /** Times that it was sent again because of an error that may have been another's. */
  static int resends(int mark) {
    return (mark >> RESENDS_SHIFT) & RESENDS_MASK;
  }

  static int markResend(int mark) {
    assert resends(mark) < RESENDS_MASK : "a mark has no room for another resend";
    return mark + (1 << RESENDS_SHIFT);
  }

  /** Times that it was sent again after a delay. */
  static int retries(int mark) {
    return mark >> RETRIES_SHIFT;
  }

  static int markRetry(int mark) {
    return mark + (1 << RETRIES_SHIFT);
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
