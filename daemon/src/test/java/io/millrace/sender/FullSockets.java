package io.millrace.sender;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.uring.PartialKernel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A kernel of which only sendmmsg and epoll are played, with sockets that hold so many messages
 * until a test makes room. A socket's descriptor is its target's index plus 10.
 */
public final class FullSockets {
  static final int FIRST_FD = 10;
  private static final int WAKE_UP_FD = 5;

  /** Messages that each socket still takes; a socket that isn't here takes all. */
  final Map<Integer, Integer> room = new HashMap<>();

  /** The lengths of the messages that each socket has taken, in order. */
  final Map<Integer, List<Long>> taken = new HashMap<>();

  /** Watched sockets, by descriptor, with their tags. */
  final Map<Integer, Integer> watched = new HashMap<>();

  /** The timeouts of all waits. */
  final List<Long> waits = new ArrayList<>();

  private final Deque<Integer> edges = new ArrayDeque<>();
  private final Set<Integer> full = new HashSet<>();
  private MemorySegment vectors = MemorySegment.NULL;

  Kernel kernel() {
    return PartialKernel.of(this);
  }

  /** A target's socket has room again, which its watcher hears of. */
  void makeRoom(int target, int messages) {
    int fd = FIRST_FD + target;
    room.put(fd, messages);
    full.remove(fd);
    Integer tag = watched.get(fd);
    if (tag != null) {
      edges.add(tag);
    }
  }

  List<Long> taken(int target) {
    return taken.getOrDefault(FIRST_FD + target, List.of());
  }

  public int eventfd() {
    return WAKE_UP_FD;
  }

  public int pollOpen() {
    return 6;
  }

  public int close(int fd) {
    return 0;
  }

  public int pollAdd(int pollFd, int fd, int events, int tag) {
    if ((events & KernelAbi.EPOLLET) == 0 || watched.put(fd, tag) != null) {
      throw new AssertionError("watched twice, or not by its edges: " + fd);
    }
    if (fd != WAKE_UP_FD && !full.contains(fd)) {
      edges.add(tag);
    }
    return 0;
  }

  public int pollRemove(int pollFd, int fd) {
    return watched.remove(fd) == null ? -Errno.EBADF : 0;
  }

  public int pollWait(int pollFd, long timeoutNs, MemorySegment tags, int most) {
    waits.add(timeoutNs);
    int found = 0;
    while (found < most && !edges.isEmpty()) {
      tags.setAtIndex(JAVA_INT, found++, edges.remove());
    }
    return found;
  }

  public int sendPrepare(MemorySegment messages, MemorySegment vectorArray, int count) {
    vectors = vectorArray;
    return 0;
  }

  public int sendBatch(
      MemorySegment groups, int count, MemorySegment messages, MemorySegment results) {
    int message = 0;
    for (int group = 0; group < count; group++) {
      long at = (long) group * KernelAbi.MR_SEND_GROUP_SIZE;
      int fd = groups.get(JAVA_INT, at + KernelAbi.MR_SEND_GROUP_FD);
      int end = message + groups.get(JAVA_INT, at + KernelAbi.MR_SEND_GROUP_COUNT);
      for (; message < end; message++) {
        results.setAtIndex(JAVA_INT, message, send(fd, message));
      }
    }
    return count;
  }

  private int send(int fd, int message) {
    int left = room.getOrDefault(fd, Integer.MAX_VALUE);
    if (left == 0) {
      full.add(fd);
      return -Errno.EAGAIN;
    }
    room.put(fd, left - 1);
    long bytes =
        vectors.get(JAVA_LONG, (long) message * KernelAbi.IOVEC_SIZE + KernelAbi.IOVEC_IOV_LEN);
    taken.computeIfAbsent(fd, any -> new ArrayList<>()).add(bytes);
    return (int) bytes;
  }
}
