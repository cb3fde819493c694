package io.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A kernel with one ring in ordinary memory. It takes SQEs when it is entered, and completes sends
 * as a stock kernel does, or as one with the combined mode. What it does beyond that is set by its
 * fields, before the ring runs or by {@link #change}.
 *
 * <p>Not a simulator: no network, no time, no randomness.
 */
public final class FakeKernel {
  private static final int KNOWN_FLAGS =
      1 | KernelAbi.IORING_RECVSEND_FIXED_BUF | KernelAbi.IORING_SEND_ZC_REPORT_USAGE;

  // Where things lie in the ring's memory, in bytes.
  private static final int SQ_HEAD = 0;
  private static final int SQ_TAIL = 64;
  private static final int SQ_FLAGS = 128;
  private static final int CQ_HEAD = 192;
  private static final int CQ_TAIL = 256;
  private static final int CQ_OVERFLOW = 320;
  private static final int SQ_ARRAY = 4096;
  private static final int SQES = 1 << 18;
  private static final int CQES = 1 << 20;
  private static final int MEMORY_BYTES = 1 << 22;

  private static final VarHandle INT = JAVA_INT.varHandle();

  /** What io_uring_setup answers, in turn; 0 after the last. */
  public final Deque<Integer> setupResults = new ArrayDeque<>();

  /** What io_uring_register answers, by opcode; 0 for others. */
  public final Map<Integer, Integer> registerResults = new HashMap<>();

  /** So many times io_uring_enter takes no SQE that there is, and answers -EAGAIN. */
  public int refusedSubmissions;

  /** What a send to this registered file, or plain descriptor, ends with instead of its length. */
  public final Map<Integer, Integer> sendErrors = new HashMap<>();

  /**
   * What comes back from the far end when a batch to this registered file is over, if something of
   * it was sent: the next send gets it in place of being sent.
   */
  public final Map<Integer, Integer> laterErrors = new HashMap<>();

  /** Registered files with such an error, and those that something was sent to in this batch. */
  private final Set<Integer> pendingErrors = new HashSet<>();

  private final Set<Integer> sentTo = new HashSet<>();

  /** What a send through a socket with a segment size ends with; 0: its length. */
  public int trainError;

  /** The same for single files. */
  public final Map<Integer, Integer> trainErrors = new HashMap<>();

  /** Registered files whose sends don't end. */
  public final Set<Integer> stuckFiles = new HashSet<>();

  /** The segment size of each socket that has one, by its descriptor. */
  public final Map<Integer, Integer> segmentBytes = new HashMap<>();

  /** The descriptors that were registered. */
  private int[] registeredFiles = {};

  /** Bytes of each send that succeeded, in order. */
  public final List<Integer> sentBytes = new ArrayList<>();

  /** The flags of each io_uring_setup. */
  public final List<Integer> setups = new ArrayList<>();

  /** How each polled ring was asked for. */
  public final List<SqPolling> pollings = new ArrayList<>();

  /** The flags of each io_uring_enter of a polled ring. */
  public final List<Integer> polledEnters = new ArrayList<>();

  /** The thread of a polled ring: takes what is there at {@link #poll}, or sleeps. */
  private boolean polled;

  /** Sends taken by each io_uring_enter that took some, in order. */
  public final List<Integer> batches = new ArrayList<>();

  /** The registered file of each send taken, in order. */
  public final List<Integer> sends = new ArrayList<>();

  /** The time that each send by SENDMSG brought, in order; there is one. */
  public final List<Long> departuresNs = new ArrayList<>();

  /** CLOCK_MONOTONIC. */
  public LongSupplier clock = System::nanoTime;

  /** What sockets say that they have dropped. */
  public long drops;

  public boolean knowsSendZc = true;
  public boolean knowsNoSqArray = true;

  /** Every send is refused before its notification exists. */
  public boolean refusesSendsEarly;

  /** The combined mode's flag, or 0: a stock kernel. */
  public int combineFlag;

  /** Sends that end within one io_uring_enter. */
  public int completionsPerEnter = Integer.MAX_VALUE;

  /** Where the free-running indices of the queues begin. */
  public int firstIndex;

  public boolean ringOpen;

  /** What it receives. */
  public final FakeReceives receives = new FakeReceives();

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment memory = arena.allocate(MEMORY_BYTES, 64);
  private final MemorySegment sqHead = memory.asSlice(SQ_HEAD, Integer.BYTES);
  private final MemorySegment sqTail = memory.asSlice(SQ_TAIL, Integer.BYTES);
  private final MemorySegment cqHead = memory.asSlice(CQ_HEAD, Integer.BYTES);
  private final MemorySegment cqTail = memory.asSlice(CQ_TAIL, Integer.BYTES);
  private final Deque<Send> inFlight = new ArrayDeque<>();
  private int sqMask;
  private int cqMask;
  private int nextFd = 100;
  private boolean wakeUpArmed;
  private boolean wakeUpSignalled;
  private long wakeUpUserData;

  private record Send(int opcode, int ioprio, int file, int bytes, long userData) {}

  public Kernel kernel() {
    return PartialKernel.of(this);
  }

  /** Changes fields while a ring runs. */
  public synchronized void change(Runnable changes) {
    changes.run();
  }

  /** Sends taken that have not ended. */
  public synchronized int inFlight() {
    return inFlight.size();
  }

  public synchronized int ringSetup(MemorySegment ring, int sqEntries, int cqEntries, int flags) {
    setups.add(flags);
    Integer result = setupResults.poll();
    if (result != null && result < 0) {
      return result;
    }
    boolean noArray = (flags & KernelAbi.IORING_SETUP_NO_SQARRAY) != 0;
    if (noArray && !knowsNoSqArray) {
      return -Errno.EINVAL;
    }
    sqMask = sqEntries - 1;
    cqMask = cqEntries - 1;
    for (MemorySegment index : List.of(sqHead, sqTail, cqHead, cqTail)) {
      index.set(JAVA_INT, 0, firstIndex);
    }
    ring.set(JAVA_LONG, KernelAbi.MR_RING_SQ_HEAD, sqHead.address());
    ring.set(JAVA_LONG, KernelAbi.MR_RING_SQ_TAIL, sqTail.address());
    ring.set(JAVA_LONG, KernelAbi.MR_RING_SQ_FLAGS, memory.address() + SQ_FLAGS);
    ring.set(JAVA_LONG, KernelAbi.MR_RING_SQ_ARRAY, noArray ? 0 : memory.address() + SQ_ARRAY);
    ring.set(JAVA_LONG, KernelAbi.MR_RING_SQES, memory.address() + SQES);
    ring.set(JAVA_LONG, KernelAbi.MR_RING_CQ_HEAD, cqHead.address());
    ring.set(JAVA_LONG, KernelAbi.MR_RING_CQ_TAIL, cqTail.address());
    ring.set(JAVA_LONG, KernelAbi.MR_RING_CQ_OVERFLOW, memory.address() + CQ_OVERFLOW);
    ring.set(JAVA_LONG, KernelAbi.MR_RING_CQES, memory.address() + CQES);
    ring.set(JAVA_INT, KernelAbi.MR_RING_FD, 99);
    ring.set(JAVA_INT, KernelAbi.MR_RING_SQ_ENTRIES, sqEntries);
    ring.set(JAVA_INT, KernelAbi.MR_RING_CQ_ENTRIES, cqEntries);
    ringOpen = true;
    return 0;
  }

  public synchronized int ringSetupPolled(
      MemorySegment ring, int sqEntries, int cqEntries, int flags, int idleMs, int cpu) {
    pollings.add(new SqPolling(idleMs, cpu));
    polled = true;
    return ringSetup(ring, sqEntries, cqEntries, flags | KernelAbi.IORING_SETUP_SQPOLL);
  }

  /** A turn of the thread of a polled ring, which is awake. */
  public synchronized void poll() {
    assertThat(!pollerSleeps(), "a thread that sleeps takes nothing");
    takeAll();
    completeSends();
  }

  /** The thread of a polled ring falls asleep, unless there is something to take. */
  public synchronized void pollerFallsAsleep() {
    int flags = memory.get(JAVA_INT, SQ_FLAGS);
    memory.set(JAVA_INT, SQ_FLAGS, flags | KernelAbi.IORING_SQ_NEED_WAKEUP);
    if (sqHead.get(JAVA_INT, 0) != (int) INT.getAcquire(sqTail, 0L)) {
      pollerWakes();
    }
  }

  private void pollerWakes() {
    int flags = memory.get(JAVA_INT, SQ_FLAGS);
    memory.set(JAVA_INT, SQ_FLAGS, flags & ~KernelAbi.IORING_SQ_NEED_WAKEUP);
  }

  private boolean pollerSleeps() {
    return (memory.get(JAVA_INT, SQ_FLAGS) & KernelAbi.IORING_SQ_NEED_WAKEUP) != 0;
  }

  public synchronized int ringClose(MemorySegment ring) {
    ringOpen = false;
    return 0;
  }

  public synchronized int ringRegister(int fd, int opcode, MemorySegment argument, int count) {
    if (opcode == KernelAbi.IORING_REGISTER_FILES) {
      registeredFiles = argument.asSlice(0, (long) count * Integer.BYTES).toArray(JAVA_INT);
    }
    if (opcode == KernelAbi.IORING_REGISTER_PBUF_RING && !registerResults.containsKey(opcode)) {
      return receives.register(argument);
    }
    if (opcode == KernelAbi.IORING_UNREGISTER_PBUF_RING) {
      return receives.unregister(argument);
    }
    if (opcode == KernelAbi.IORING_REGISTER_FILES_UPDATE) {
      return updateFile(argument);
    }
    return registerResults.getOrDefault(opcode, 0);
  }

  /** One socket, as {@link Ring#updateFile} does it. */
  @SuppressWarnings("restricted")
  private int updateFile(MemorySegment update) {
    int index = update.get(JAVA_INT, KernelAbi.IO_URING_FILES_UPDATE_OFFSET);
    int result =
        index < registeredFiles.length
            ? registerResults.getOrDefault(KernelAbi.IORING_REGISTER_FILES_UPDATE, 1)
            : -Errno.EINVAL;
    if (result == 1) {
      long address = update.get(JAVA_LONG, KernelAbi.IO_URING_FILES_UPDATE_FDS);
      registeredFiles[index] =
          MemorySegment.ofAddress(address).reinterpret(Integer.BYTES).get(JAVA_INT, 0);
    }
    return result;
  }

  /** The descriptor that is registered under an index. */
  public synchronized int registeredFile(int index) {
    return registeredFiles[index];
  }

  public synchronized int ringSupports(int fd, int opcode) {
    return opcode == KernelAbi.IORING_OP_SEND_ZC && !knowsSendZc ? 0 : 1;
  }

  public synchronized int ringEnter(
      int fd, int toSubmit, int minComplete, int flags, long timeoutNs)
      throws InterruptedException {
    if (toSubmit > 0 && refusedSubmissions > 0) {
      refusedSubmissions--;
      return -Errno.EAGAIN;
    }
    if (polled) {
      polledEnters.add(flags);
      if ((flags & KernelAbi.IORING_ENTER_SQ_WAKEUP) != 0) {
        pollerWakes();
      }
      if (!pollerSleeps()) {
        takeAll();
      }
    } else {
      int there = (int) INT.getAcquire(sqTail, 0L) - sqHead.get(JAVA_INT, 0);
      assertThat(there == toSubmit, "to_submit is what lies between head and tail");
      takeAll();
    }
    completeSends();
    if (minComplete > 0 && cqTail.get(JAVA_INT, 0) == (int) INT.getAcquire(cqHead, 0L)) {
      // Whoever signals the wake-up notifies; otherwise the caller comes again.
      long deadlineNs = System.nanoTime() + 1_000_000;
      while (!wakeUpSignalled && System.nanoTime() - deadlineNs < 0) {
        wait(1);
      }
      completeWakeUp();
      return toSubmit > 0 ? toSubmit : -Errno.ETIME;
    }
    return toSubmit;
  }

  private void takeAll() {
    int head = sqHead.get(JAVA_INT, 0);
    int tail = (int) INT.getAcquire(sqTail, 0L);
    int sendsBefore = sends.size();
    for (; head != tail; head++) {
      take(memory.asSlice(SQES + (long) (head & sqMask) * 64, 64));
    }
    INT.setRelease(sqHead, 0L, head);
    if (sends.size() > sendsBefore) {
      batches.add(sends.size() - sendsBefore);
    }
  }

  private void completeSends() {
    int left = completionsPerEnter;
    for (Iterator<Send> sent = inFlight.iterator(); left > 0 && sent.hasNext(); ) {
      Send send = sent.next();
      if (!stuckFiles.contains(send.file)) {
        sent.remove();
        complete(send);
        left--;
      }
    }
    sentTo.retainAll(laterErrors.keySet());
    pendingErrors.addAll(sentTo);
    sentTo.clear();
    completeWakeUp();
    receives.run(this::post);
  }

  private void take(MemorySegment sqe) {
    int opcode = sqe.get(JAVA_BYTE, 0);
    int file = sqe.get(JAVA_INT, 4);
    long userData = sqe.get(JAVA_LONG, 32);
    if (opcode == KernelAbi.IORING_OP_READ) {
      assertThat(!wakeUpArmed, "one wake-up read at a time");
      wakeUpArmed = true;
      wakeUpUserData = userData;
      return;
    }
    if (opcode == KernelAbi.IORING_OP_RECVMSG) {
      assertThat(
          sqe.get(JAVA_BYTE, 1) == KernelAbi.IOSQE_BUFFER_SELECT
              && sqe.get(JAVA_SHORT, 2) == KernelAbi.IORING_RECV_MULTISHOT,
          "a multishot receive into chosen buffers");
      receives.receive(file, sqe.get(JAVA_SHORT, 40), userData, this::post);
      return;
    }
    if (opcode == KernelAbi.IORING_OP_ASYNC_CANCEL) {
      receives.cancel(sqe.get(JAVA_LONG, 16));
      return;
    }
    sends.add(file);
    inFlight.add(
        new Send(
            opcode,
            Short.toUnsignedInt(sqe.get(JAVA_SHORT, 2)),
            file,
            opcode == KernelAbi.IORING_OP_SENDMSG ? message(sqe) : sqe.get(JAVA_INT, 24),
            userData));
  }

  /** Reads a header with one vector and one departure time; returns the bytes of the payload. */
  private int message(MemorySegment sqe) {
    MemorySegment header = at(sqe.get(JAVA_LONG, 16), KernelAbi.MSGHDR_SIZE);
    assertThat(header.get(JAVA_LONG, KernelAbi.MSGHDR_MSG_IOVLEN) == 1, "one vector");
    MemorySegment control =
        at(
            header.get(JAVA_LONG, KernelAbi.MSGHDR_MSG_CONTROL),
            header.get(JAVA_LONG, KernelAbi.MSGHDR_MSG_CONTROLLEN));
    assertThat(
        control.byteSize() == 24
            && control.get(JAVA_LONG, KernelAbi.CMSGHDR_CMSG_LEN) == 24
            && control.get(JAVA_INT, KernelAbi.CMSGHDR_CMSG_LEVEL) == KernelAbi.SOL_SOCKET
            && control.get(JAVA_INT, KernelAbi.CMSGHDR_CMSG_TYPE) == KernelAbi.SCM_TXTIME,
        "a departure time");
    departuresNs.add(control.get(JAVA_LONG, KernelAbi.CMSGHDR_SIZE));
    MemorySegment vector =
        at(header.get(JAVA_LONG, KernelAbi.MSGHDR_MSG_IOV), KernelAbi.IOVEC_SIZE);
    return (int) vector.get(JAVA_LONG, KernelAbi.IOVEC_IOV_LEN);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /** KERNEL.md's table. */
  private void complete(Send send) {
    int result = sendErrors.getOrDefault(send.file, send.bytes);
    if (pendingErrors.remove(send.file)) {
      result = laterErrors.getOrDefault(send.file, result);
    }
    if (result == send.bytes && segments(send.file)) {
      int refusal = trainErrors.getOrDefault(send.file, trainError);
      result = refusal == 0 ? result : refusal;
    }
    if (result == send.bytes) {
      sentBytes.add(send.bytes);
      sentTo.add(send.file);
    }
    if (refusesSendsEarly) {
      post(send.userData, -Errno.EINVAL, 0);
      return;
    }
    if (send.opcode != KernelAbi.IORING_OP_SEND_ZC) {
      post(send.userData, result, 0);
      return;
    }
    boolean reportUsage = (send.ioprio & KernelAbi.IORING_SEND_ZC_REPORT_USAGE) != 0;
    if (combineFlag != 0 && (send.ioprio & combineFlag) != 0) {
      post(send.userData, reportUsage ? -Errno.EINVAL : result, KernelAbi.IORING_CQE_F_NOTIF);
      return;
    }
    if ((send.ioprio & ~KNOWN_FLAGS) != 0) {
      result = -Errno.EINVAL;
    }
    post(send.userData, result, KernelAbi.IORING_CQE_F_MORE);
    post(
        send.userData,
        reportUsage ? KernelAbi.IORING_NOTIF_USAGE_ZC_COPIED : 0,
        KernelAbi.IORING_CQE_F_NOTIF);
  }

  private boolean segments(int file) {
    return file < registeredFiles.length && segmentBytes.containsKey(registeredFiles[file]);
  }

  private void completeWakeUp() {
    if (wakeUpArmed && wakeUpSignalled) {
      wakeUpArmed = false;
      wakeUpSignalled = false;
      post(wakeUpUserData, Long.BYTES, 0);
    }
  }

  private void post(long userData, int result, int flags) {
    int tail = cqTail.get(JAVA_INT, 0);
    assertThat(tail - (int) INT.getAcquire(cqHead, 0L) <= cqMask, "the CQ never overflows");
    long cqe = CQES + (long) (tail & cqMask) * 16;
    memory.set(JAVA_LONG, cqe, userData);
    memory.set(JAVA_INT, cqe + 8, result);
    memory.set(JAVA_INT, cqe + 12, flags);
    INT.setRelease(cqTail, 0L, tail + 1);
  }

  private static void assertThat(boolean truth, String what) {
    if (!truth) {
      throw new AssertionError("does not hold: " + what);
    }
  }

  // Around the ring.

  public synchronized int eventfd() {
    return nextFd++;
  }

  public synchronized int eventfdSignal(int fd) {
    wakeUpSignalled = true;
    notifyAll();
    return 0;
  }

  public synchronized int udpSocket(int family) {
    return nextFd++;
  }

  public synchronized long socketDrops(int fd) {
    return drops;
  }

  public int socketTxTime(int fd, int clock) {
    return 0;
  }

  public int socketConnect(int fd, MemorySegment peer) {
    return 0;
  }

  public int socketBind(int fd, MemorySegment local) {
    return 0;
  }

  public int socketLocal(int fd, MemorySegment local) {
    return 0;
  }

  public synchronized int socketSet(int fd, int level, int option, int value) {
    if (level == KernelAbi.SOL_UDP && option == KernelAbi.UDP_SEGMENT) {
      if (value == 0) {
        segmentBytes.remove(fd);
      } else {
        segmentBytes.put(fd, value);
      }
    }
    return 0;
  }

  public int socketGet(int fd, int level, int option) {
    return option == KernelAbi.IP_MTU ? 1500 : 0;
  }

  public int close(int fd) {
    return 0;
  }

  public int memoryMap(long bytes, int pages, MemorySegment address) {
    if (pages == KernelAbi.MR_PAGES_HUGE) {
      return -Errno.ENOMEM;
    }
    address.set(JAVA_LONG, 0, arena.allocate(bytes, 4096).address());
    return 0;
  }

  public int memoryUnmap(long address, long bytes) {
    return 0;
  }

  public int threadName(MemorySegment name) {
    return 0;
  }

  public long nanoTime() {
    return clock.getAsLong();
  }

  public long realtimeNs() {
    return System.currentTimeMillis() * 1_000_000;
  }

  public int threadCpuTime(MemorySegment userNs, MemorySegment systemNs) {
    return 0;
  }
}
