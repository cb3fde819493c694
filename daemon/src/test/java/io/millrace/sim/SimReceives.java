package io.millrace.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import io.millrace.shim.ReceivedMessage;
import io.millrace.stream.GeneratorSource;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of the simulated kernel: sockets that sequenced datagrams and trains of them
 * come to, buffer rings, and multishot receives that end whenever they may.
 */
final class SimReceives {
  /** Descriptors from here on are sockets that receive. */
  static final int FIRST_SOCKET = 1000;

  private static final int MOST_WAITING = 30;
  private static final int MOST_SEGMENTS = 6;
  private static final int CONTROL = 48;
  private static final int UDP_GRO_BYTES = KernelAbi.CMSGHDR_SIZE + Integer.BYTES;

  /** What arrived together; {@code segment} 0: a single datagram. */
  @SuppressWarnings("ArrayRecordComponent") // only read, and never compared
  private record Message(byte[] payload, int segment) {}

  /** A socket and what comes to it. */
  private static final class Socket {
    final Deque<Message> waiting = new ArrayDeque<>();
    int datagramBytes;
    boolean coalesces;
    long number;
    long drops;
    @Nullable Receive receive;
  }

  private static final class Receive {
    final int group;
    final long userData;

    Receive(int group, long userData) {
      this.group = group;
      this.userData = userData;
    }
  }

  private static final class Group {
    final MemorySegment entries;
    final int mask;
    short head;

    Group(MemorySegment entries, int count) {
      this.entries = entries;
      mask = count - 1;
    }
  }

  private final Dice dice;
  private final Faults faults;
  private final SimSends sends;
  private final List<Socket> sockets = new ArrayList<>();
  private final Map<Integer, Group> groups = new HashMap<>();
  private final Deque<Long> cancellations = new ArrayDeque<>();
  private final double arrivals;

  SimReceives(Dice dice, Faults faults, SimSends sends) {
    this.dice = dice;
    this.faults = faults;
    this.sends = sends;
    arrivals = dice.pick(0.05, 0.5, 1.0);
  }

  int socket() {
    sockets.add(new Socket());
    return FIRST_SOCKET + sockets.size() - 1;
  }

  /** What comes to a socket that was opened: datagrams up to so many bytes. */
  void expect(int fd, int datagramBytes, boolean coalesces) {
    Socket socket = sockets.get(fd - FIRST_SOCKET);
    socket.datagramBytes = datagramBytes;
    socket.coalesces = coalesces;
  }

  long drops(int fd) {
    return sockets.get(fd - FIRST_SOCKET).drops;
  }

  /** Whether the kernel writes to no buffer any more. */
  boolean isIdle() {
    return groups.isEmpty();
  }

  int register(MemorySegment argument) {
    int count = argument.get(JAVA_INT, KernelAbi.IO_URING_BUF_REG_RING_ENTRIES);
    long address = argument.get(JAVA_LONG, KernelAbi.IO_URING_BUF_REG_RING_ADDR);
    int group = argument.get(JAVA_SHORT, KernelAbi.IO_URING_BUF_REG_BGID);
    Violation.unless(Integer.bitCount(count) == 1 && address % 4096 == 0, "no ring of buffers");
    MemorySegment entries = at(address, (long) count * KernelAbi.IO_URING_BUF_SIZE);
    Violation.unless(groups.put(group, new Group(entries, count)) == null, "a group twice");
    return 0;
  }

  int unregister(MemorySegment argument) {
    int group = argument.get(JAVA_SHORT, KernelAbi.IO_URING_BUF_REG_BGID);
    for (Socket socket : sockets) {
      Violation.unless(
          socket.receive == null || socket.receive.group != group,
          "buffers are taken away while a receive may use them");
    }
    Violation.unless(groups.remove(group) != null, "buffers are taken away twice");
    return 0;
  }

  void take(MemorySegment sqe) {
    Socket socket = sockets.get(sqe.get(JAVA_INT, KernelAbi.IO_URING_SQE_FD) - FIRST_SOCKET);
    long userData = sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_USER_DATA);
    Violation.unless(
        sqe.get(JAVA_BYTE, KernelAbi.IO_URING_SQE_FLAGS) == KernelAbi.IOSQE_BUFFER_SELECT
            && sqe.get(JAVA_SHORT, KernelAbi.IO_URING_SQE_IOPRIO)
                == KernelAbi.IORING_RECV_MULTISHOT,
        "no multishot receive");
    Violation.unless(socket.receive == null, "a second receive at one socket");
    int group = sqe.get(JAVA_SHORT, KernelAbi.IO_URING_SQE_BUF_INDEX);
    Violation.unless(groups.containsKey(group), "a receive without buffers");
    socket.receive = new Receive(group, userData);
  }

  void cancel(MemorySegment sqe) {
    cancellations.add(sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_ADDR));
  }

  /** Between two calls: datagrams arrive. */
  void pass() {
    for (Socket socket : sockets) {
      while (faults.calm ? socket.waiting.isEmpty() : dice.chance(arrivals / 2)) {
        arrive(socket);
      }
    }
  }

  /** Whether something can get further. */
  boolean anyReady() {
    for (Socket socket : sockets) {
      if (socket.receive != null && !socket.waiting.isEmpty()) {
        return true;
      }
    }
    return !cancellations.isEmpty();
  }

  private void arrive(Socket socket) {
    int longest = socket.datagramBytes;
    int segments = socket.coalesces && dice.chance(0.5) ? dice.between(2, MOST_SEGMENTS) : 1;
    int each = dice.chance(0.5) ? longest : dice.between(GeneratorSource.HEADER_BYTES, longest);
    int last = dice.between(GeneratorSource.HEADER_BYTES, each);
    if (socket.waiting.size() == MOST_WAITING) {
      socket.number += segments;
      socket.drops += segments;
      faults.note(Fault.RECEIVE_DROPPED);
      return;
    }
    byte[] payload = new byte[(segments - 1) * each + last];
    MemorySegment memory = MemorySegment.ofArray(payload);
    for (int segment = 0; segment < segments; segment++) {
      long offset = (long) segment * each;
      long bytes = Math.min(each, payload.length - offset);
      memory.asSlice(offset, bytes).copyFrom(SimSocket.PATTERN.asSlice(0, bytes));
      memory.set(JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), offset, socket.number++);
    }
    socket.waiting.add(new Message(payload, segments > 1 ? each : 0));
  }

  /** Inside an io_uring_enter: what can happen, some of it. */
  void run() {
    for (Socket socket : sockets) {
      while (socket.receive != null
          && !socket.waiting.isEmpty()
          && (faults.calm || dice.chance(0.8))) {
        receive(socket, socket.receive);
      }
    }
    if (faults.calm || dice.chance(0.5)) {
      while (!cancellations.isEmpty()) {
        cancel(cancellations.removeFirst());
      }
    }
  }

  private void cancel(long userData) {
    boolean found = false;
    for (Socket socket : sockets) {
      if (socket.receive != null && socket.receive.userData == userData) {
        found = true;
        end(socket, -Errno.ECANCELED, 0);
      }
    }
    post(userData - 1, found ? 0 : -2, 0);
  }

  private void receive(Socket socket, Receive receive) {
    if (faults.strikes(Fault.RECEIVE_FAILED)) {
      end(socket, -dice.pick(Errno.ENOMEM, Errno.EINTR), 0);
      return;
    }
    Group group = groups.get(receive.group);
    if (group == null) {
      throw new Violation("a receive whose buffers were taken away");
    }
    short tail = group.entries.get(JAVA_SHORT, KernelAbi.IO_URING_BUF_RING_TAIL);
    if (group.head == tail) {
      faults.note(Fault.RECEIVE_ENOBUFS);
      end(socket, -Errno.ENOBUFS, 0);
      return;
    }
    long entry = (long) (group.head++ & group.mask) * KernelAbi.IO_URING_BUF_SIZE;
    int bytes = group.entries.get(JAVA_INT, entry + KernelAbi.IO_URING_BUF_LEN);
    int id = Short.toUnsignedInt(group.entries.get(JAVA_SHORT, entry + KernelAbi.IO_URING_BUF_BID));
    MemorySegment buffer =
        at(group.entries.get(JAVA_LONG, entry + KernelAbi.IO_URING_BUF_ADDR), bytes);
    int written = write(buffer, socket.waiting.removeFirst());
    int flags = (id << KernelAbi.IORING_CQE_BUFFER_SHIFT) | KernelAbi.IORING_CQE_F_BUFFER;
    if (faults.strikes(Fault.RECEIVE_ENDED)) {
      end(socket, written, flags);
    } else {
      post(receive.userData, written, flags | KernelAbi.IORING_CQE_F_MORE);
    }
  }

  private static int write(MemorySegment buffer, Message message) {
    int room = (int) buffer.byteSize() - ReceivedMessage.HEADER_BYTES;
    int copied = Math.min(room, message.payload.length);
    buffer.asSlice(0, ReceivedMessage.HEADER_BYTES).fill((byte) 0);
    buffer.set(JAVA_INT, KernelAbi.IO_URING_RECVMSG_OUT_PAYLOADLEN, copied);
    if (copied < message.payload.length) {
      buffer.set(JAVA_INT, KernelAbi.IO_URING_RECVMSG_OUT_FLAGS, KernelAbi.MSG_TRUNC);
    }
    if (message.segment > 0) {
      buffer.set(JAVA_INT, KernelAbi.IO_URING_RECVMSG_OUT_CONTROLLEN, (UDP_GRO_BYTES + 7) & -8);
      buffer.set(JAVA_LONG, CONTROL + KernelAbi.CMSGHDR_CMSG_LEN, UDP_GRO_BYTES);
      buffer.set(JAVA_INT, CONTROL + KernelAbi.CMSGHDR_CMSG_LEVEL, KernelAbi.SOL_UDP);
      buffer.set(JAVA_INT, CONTROL + KernelAbi.CMSGHDR_CMSG_TYPE, KernelAbi.UDP_GRO);
      buffer.set(JAVA_INT, CONTROL + KernelAbi.CMSGHDR_SIZE, message.segment);
    }
    MemorySegment.copy(
        MemorySegment.ofArray(message.payload), 0, buffer, ReceivedMessage.HEADER_BYTES, copied);
    return ReceivedMessage.HEADER_BYTES + copied;
  }

  private void end(Socket socket, int result, int flags) {
    Receive receive = socket.receive;
    if (receive == null) {
      throw new AssertionError("no receive to end");
    }
    socket.receive = null;
    post(receive.userData, result, flags);
  }

  private void post(long userData, int result, int flags) {
    sends.post(new SimRing.Cqe(userData, result, flags, null, true));
  }

  /** The ring is closed. */
  void cancelAll() {
    for (Socket socket : sockets) {
      socket.receive = null;
    }
    groups.clear();
  }

  @SuppressWarnings("restricted")
  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }
}
