package io.millrace.mmsg;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.DepartureTime;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Messages for connected sockets that one downcall sends: neighbours of one target are a group,
 * which is one sendmmsg(2) as long as none fails. Messages are added, sent, read and cleared, in
 * this order. Owned by one SenderThread.
 *
 * <p>The headers are written once and stand for ever, but for the length of the control message: a
 * message is an address, a length, and for some the time at which it is to leave.
 */
public final class MessageBatch {
  /** For a message's time: it leaves when it is sent. */
  public static final long NO_TIME = 0;

  private final int capacity;
  private final int[] sockets;
  private final int[] targets;
  private final int[] requests;
  private final long[] departures;
  private final MemorySegment headers;
  private final MemorySegment vectors;
  private final MemorySegment controls;
  private final MemorySegment groups;
  private final MemorySegment results;
  private int size;
  private int groupCount;

  /**
   * An empty batch.
   *
   * @param capacity messages, at least 1
   * @param sockets the connected socket of each target
   */
  public MessageBatch(Kernel kernel, int capacity, int[] sockets) {
    this.capacity = capacity;
    this.sockets = sockets;
    targets = new int[capacity];
    requests = new int[capacity];
    departures = new long[capacity];
    Arena arena = Arena.ofAuto();
    headers = arena.allocate((long) capacity * KernelAbi.MMSGHDR_SIZE, Long.BYTES);
    vectors = arena.allocate((long) capacity * KernelAbi.IOVEC_SIZE, Long.BYTES);
    controls = arena.allocate((long) capacity * DepartureTime.BYTES, Long.BYTES);
    groups = arena.allocate((long) capacity * KernelAbi.MR_SEND_GROUP_SIZE, Integer.BYTES);
    results = arena.allocate(JAVA_INT, capacity);
    kernel.sendPrepare(headers, vectors, capacity);
    for (int message = 0; message < capacity; message++) {
      long control = (long) message * DepartureTime.BYTES;
      DepartureTime.prepare(controls, control);
      headers.set(
          JAVA_LONG, header(message) + KernelAbi.MSGHDR_MSG_CONTROL, controls.address() + control);
    }
  }

  /** Messages that can be added. */
  public int free() {
    return capacity - size;
  }

  /** Messages added since the batch was cleared. */
  public int size() {
    return size;
  }

  /**
   * Adds a message; there is room for it.
   *
   * @param departureNs when it is to leave, on the clock of the target's socket, or {@link
   *     #NO_TIME}
   */
  public void add(int target, long address, int bytes, long departureNs, int request) {
    assert size < capacity : "the batch is full";
    int message = size++;
    long vector = (long) message * KernelAbi.IOVEC_SIZE;
    vectors.set(JAVA_LONG, vector + KernelAbi.IOVEC_IOV_BASE, address);
    vectors.set(JAVA_LONG, vector + KernelAbi.IOVEC_IOV_LEN, bytes);
    long controlBytes = 0;
    if (departureNs != NO_TIME) {
      DepartureTime.set(controls, (long) message * DepartureTime.BYTES, departureNs);
      controlBytes = DepartureTime.BYTES;
    }
    headers.set(JAVA_LONG, header(message) + KernelAbi.MSGHDR_MSG_CONTROLLEN, controlBytes);
    departures[message] = departureNs;
    requests[message] = request;
    targets[message] = target;
    boolean sameGroup = message > 0 && targets[message - 1] == target;
    if (!sameGroup) {
      groups.set(JAVA_INT, group(groupCount++) + KernelAbi.MR_SEND_GROUP_FD, sockets[target]);
    }
    long count = group(groupCount - 1) + KernelAbi.MR_SEND_GROUP_COUNT;
    groups.set(JAVA_INT, count, sameGroup ? groups.get(JAVA_INT, count) + 1 : 1);
  }

  private static long header(int message) {
    return (long) message * KernelAbi.MMSGHDR_SIZE;
  }

  private static long group(int index) {
    return (long) index * KernelAbi.MR_SEND_GROUP_SIZE;
  }

  /** Sends all of them; returns the calls of sendmmsg(2) that it took. */
  public int send(Kernel kernel) {
    return kernel.sendBatch(groups, groupCount, headers, results);
  }

  /** Bytes sent, or -errno; after {@link #send}. */
  public int result(int message) {
    return results.getAtIndex(JAVA_INT, message);
  }

  public int request(int message) {
    return requests[message];
  }

  public int target(int message) {
    return targets[message];
  }

  /** When it is to leave, or {@link #NO_TIME}. */
  public long departureNs(int message) {
    return departures[message];
  }

  /** Where the payload lies. */
  public long address(int message) {
    return vectors.get(JAVA_LONG, (long) message * KernelAbi.IOVEC_SIZE + KernelAbi.IOVEC_IOV_BASE);
  }

  /** How long the payload is. */
  public int bytes(int message) {
    return (int)
        vectors.get(JAVA_LONG, (long) message * KernelAbi.IOVEC_SIZE + KernelAbi.IOVEC_IOV_LEN);
  }

  public void clear() {
    size = 0;
    groupCount = 0;
  }
}
