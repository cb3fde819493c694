package io.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * The receiving half of a {@link FakeKernel}: buffer rings, multishot receives and what waits in
 * the sockets. It ends a receive as io_uring does: with ENOBUFS where there is no buffer, with
 * ECANCELED when it is told to, and behind an empty datagram.
 */
public final class FakeReceives {
  private static final int HEADER = 128;

  /** What CQEs are posted to. */
  interface Poster {
    void post(long userData, int result, int flags);
  }

  private static final class BufferGroup {
    final MemorySegment entries;
    final int mask;
    short head;

    BufferGroup(MemorySegment entries, int count) {
      this.entries = entries;
      mask = count - 1;
    }

    boolean isEmpty() {
      return head == entries.get(JAVA_SHORT, KernelAbi.IO_URING_BUF_RING_TAIL);
    }
  }

  private record Receive(int fd, int group, long userData) {}

  private final Map<Integer, BufferGroup> groups = new HashMap<>();
  private final Map<Integer, Deque<byte[]>> waiting = new HashMap<>();
  private final Deque<Receive> armed = new ArrayDeque<>();

  /** Receives that were begun. */
  public int begun;

  /** Receives that ended because there was no buffer. */
  public int ranOut;

  /** What the next receive that is begun ends with; 0: nothing. */
  public int nextError;

  /** Cancellations wait so many calls of {@link #run}. */
  public int slowCancels;

  private final Deque<Long> cancelled = new ArrayDeque<>();

  /** A datagram comes to a socket. */
  public void deliver(int fd, byte[] payload) {
    waiting.computeIfAbsent(fd, _ -> new ArrayDeque<>()).add(payload);
  }

  /** Datagrams that wait in a socket. */
  public int waiting(int fd) {
    return waiting.getOrDefault(fd, new ArrayDeque<>()).size();
  }

  /** Receives that have not ended. */
  public int armed() {
    return armed.size();
  }

  /** Buffer rings that are registered. */
  public int groups() {
    return groups.size();
  }

  int register(MemorySegment argument) {
    int entries = argument.get(JAVA_INT, KernelAbi.IO_URING_BUF_REG_RING_ENTRIES);
    int group = argument.get(JAVA_SHORT, KernelAbi.IO_URING_BUF_REG_BGID);
    MemorySegment memory =
        at(
            argument.get(JAVA_LONG, KernelAbi.IO_URING_BUF_REG_RING_ADDR),
            (long) entries * KernelAbi.IO_URING_BUF_SIZE);
    return groups.putIfAbsent(group, new BufferGroup(memory, entries)) == null ? 0 : -Errno.EINVAL;
  }

  int unregister(MemorySegment argument) {
    int group = argument.get(JAVA_SHORT, KernelAbi.IO_URING_BUF_REG_BGID);
    for (Receive receive : armed) {
      if (receive.group == group) {
        throw new AssertionError("a receive may still take a buffer of group " + group);
      }
    }
    return groups.remove(group) == null ? -Errno.EINVAL : 0;
  }

  void receive(int fd, int group, long userData, Poster poster) {
    begun++;
    if (nextError != 0) {
      poster.post(userData, -nextError, 0);
      nextError = 0;
      return;
    }
    for (Receive other : armed) {
      if (other.fd == fd) {
        throw new AssertionError("two receives of one socket: datagrams may overtake each other");
      }
    }
    armed.add(new Receive(fd, group, userData));
  }

  void cancel(long userData) {
    cancelled.add(userData);
  }

  /** Everything that can happen now. */
  void run(Poster poster) {
    for (Iterator<Receive> receives = armed.iterator(); receives.hasNext(); ) {
      if (!goesOn(receives.next(), poster)) {
        receives.remove();
      }
    }
    if (slowCancels > 0) {
      slowCancels--;
      return;
    }
    for (long userData : cancelled) {
      boolean found =
          armed.removeIf(
              receive -> {
                if (receive.userData == userData) {
                  poster.post(userData, -Errno.ECANCELED, 0);
                }
                return receive.userData == userData;
              });
      poster.post(userData - 1, found ? 0 : -2, 0); // ENOENT
    }
    cancelled.clear();
  }

  private boolean goesOn(Receive receive, Poster poster) {
    Deque<byte[]> queue = waiting.getOrDefault(receive.fd, new ArrayDeque<>());
    BufferGroup group = groups.get(receive.group);
    if (group == null) {
      throw new AssertionError("a receive without buffers: group " + receive.group);
    }
    while (!queue.isEmpty()) {
      if (group.isEmpty()) {
        ranOut++;
        poster.post(receive.userData, -Errno.ENOBUFS, 0);
        return false;
      }
      byte[] payload = queue.removeFirst();
      long entry = (long) (group.head & group.mask) * KernelAbi.IO_URING_BUF_SIZE;
      group.head++;
      MemorySegment buffer =
          at(
              group.entries.get(JAVA_LONG, entry + KernelAbi.IO_URING_BUF_ADDR),
              group.entries.get(JAVA_INT, entry + KernelAbi.IO_URING_BUF_LEN));
      buffer.asSlice(0, HEADER).fill((byte) 0);
      buffer.asSlice(HEADER, payload.length).copyFrom(MemorySegment.ofArray(payload));
      int id =
          Short.toUnsignedInt(group.entries.get(JAVA_SHORT, entry + KernelAbi.IO_URING_BUF_BID));
      boolean more = payload.length > 0;
      poster.post(
          receive.userData,
          HEADER + payload.length,
          (id << KernelAbi.IORING_CQE_BUFFER_SHIFT)
              | KernelAbi.IORING_CQE_F_BUFFER
              | (more ? KernelAbi.IORING_CQE_F_MORE : 0));
      if (!more) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("restricted")
  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }
}
