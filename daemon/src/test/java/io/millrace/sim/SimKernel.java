package io.millrace.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.uring.PartialKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kernel with one ring, which does what its seed says. Its public methods are the calls of {@link
 * Kernel} that a sender makes. One thread.
 */
public final class SimKernel {
  private static final int RING_FD = 99;
  private static final int FIRST_SOCKET = 100;
  private static final int EVENT_FD = 50;
  private static final int MOST_NAPS = 4;

  private final Arena arena;
  private final Dice dice;
  private final Faults faults;
  private final SimClock clock;
  private final boolean knowsNoSqArray;

  /** The ring gets a smaller CQ than it asks for. */
  private final boolean shrinksCq;

  private final SimRing ring;
  private final SimSends sends;
  private final @Nullable SimPoller poller;
  private final SimReceives receives;
  private final SimTruth truth;
  private final List<SimSocket> sockets = new ArrayList<>();
  private SimSocket[] files = {};
  private MemorySegment slab = MemorySegment.NULL;
  private long taken;
  private boolean wakeUpArmed;
  private long wakeUpUserData;
  private int signals;

  /** What others do while the sender sleeps; null: nothing. */
  @Nullable Runnable others;

  SimKernel(
      Arena arena, Dice dice, Faults faults, SimClock clock, int combineFlag, boolean polled) {
    this.arena = arena;
    this.dice = dice;
    this.faults = faults;
    this.clock = clock;
    knowsNoSqArray = dice.chance(0.7);
    shrinksCq = dice.chance(0.3);
    ring = new SimRing(arena.allocate(SimRing.MEMORY_BYTES, 64));
    sends = new SimSends(dice, faults, ring, combineFlag, shrinksCq, polled);
    receives = new SimReceives(dice, faults, sends);
    sends.alsoReady = receives::anyReady;
    poller = polled ? new SimPoller(dice, faults, ring, sends, this::take, this::runOthers) : null;
    truth = new SimTruth(ring);
  }

  Kernel kernel() {
    return PartialKernel.of(this);
  }

  SimTruth truth() {
    return truth;
  }

  SimReceives receives() {
    return receives;
  }

  List<SimSend> live() {
    return sends.live();
  }

  SimSocket socket(int index) {
    return sockets.get(index);
  }

  /** Time between two duty cycles. */
  void pass() {
    for (int index = 0; index < sockets.size(); index++) {
      sockets.get(index).pass();
    }
    receives.pass();
    sends.pass();
    poll();
  }

  /** The thread of a polled ring runs on a CPU of its own, whatever the sender does. */
  private void poll() {
    if (poller != null) {
      poller.pass();
    }
  }

  // The ring.

  public int ringSetup(MemorySegment description, int sqEntries, int cqEntries, int flags) {
    boolean noArray = (flags & KernelAbi.IORING_SETUP_NO_SQARRAY) != 0;
    if (noArray && !knowsNoSqArray) {
      return -Errno.EINVAL;
    }
    int cqes = shrinksCq ? Math.max(2, cqEntries >> dice.between(1, 4)) : cqEntries;
    ring.open(description, sqEntries, cqes, !noArray, firstIndex(), firstIndex());
    description.set(JAVA_INT, KernelAbi.MR_RING_FD, RING_FD);
    return 0;
  }

  public int ringSetupPolled(
      MemorySegment description, int sqEntries, int cqEntries, int flags, int idleMs, int cpu) {
    Violation.unless(poller != null, "a ring is to be polled that wasn't to be");
    return ringSetup(description, sqEntries, cqEntries, flags | KernelAbi.IORING_SETUP_SQPOLL);
  }

  private int firstIndex() {
    return switch (dice.between(0, 3)) {
      case 0 -> 0;
      case 1 -> -dice.between(1, 200); // 2^32
      case 2 -> Integer.MAX_VALUE - dice.between(0, 200); // 2^31
      default -> (int) dice.anyLong();
    };
  }

  public int ringRegister(int fd, int opcode, MemorySegment argument, int count) {
    if (opcode == KernelAbi.IORING_REGISTER_PBUF_RING) {
      return receives.register(argument);
    }
    if (opcode == KernelAbi.IORING_UNREGISTER_PBUF_RING) {
      return receives.unregister(argument);
    }
    if (opcode == KernelAbi.IORING_REGISTER_FILES) {
      files = new SimSocket[count];
      for (int file = 0; file < count; file++) {
        files[file] = sockets.get(argument.getAtIndex(JAVA_INT, file) - FIRST_SOCKET);
      }
    }
    if (opcode == KernelAbi.IORING_REGISTER_ENABLE_RINGS && poller != null) {
      poller.enable();
    }
    return 0;
  }

  public int ringEnter(int fd, int toSubmit, int minComplete, int flags, long timeoutNs) {
    truth.entered();
    clock.advance(dice.between(100, 3000));
    truth.notice();
    if (poller != null) {
      return enterPolled(poller, toSubmit, minComplete, flags, timeoutNs);
    }
    Violation.unless(toSubmit == ring.submitted(), "to_submit is not what the SQ holds");
    if (faults.strikes(Fault.ENTER_EAGAIN)) {
      return -Errno.EAGAIN;
    }
    if (faults.strikes(Fault.ENTER_EBUSY)) {
      return -Errno.EBUSY;
    }
    int toTake = toSubmit;
    if (toSubmit > 1 && faults.strikes(Fault.SHORT_SUBMIT)) {
      toTake = dice.between(1, toSubmit - 1);
    }
    for (int left = toTake; left > 0; left--) {
      take(ring.peek(0));
      ring.taken();
    }
    if (toTake < toSubmit) {
      return toTake;
    }
    if (faults.strikes(Fault.ENTER_EINTR)) {
      return toTake > 0 ? toTake : -Errno.EINTR;
    }
    getEvents();
    if (minComplete > 0 && ring.isCqEmpty()) {
      return sleep(toTake, timeoutNs);
    }
    return toTake == 0 && ring.hasOverflowed() ? -Errno.EBUSY : toTake;
  }

  private void getEvents() {
    if (!faults.strikes(Fault.FLUSH_DELAYED)) {
      ring.flush();
    }
    if (poller == null) {
      runOthers();
      sends.run();
    }
  }

  /** What isn't a send. */
  private void runOthers() {
    receives.run();
    completeWakeUp();
  }

  /** Nothing is submitted here, and to_submit is what is returned whatever becomes of it. */
  private int enterPolled(
      SimPoller thread, int toSubmit, int minComplete, int flags, long timeoutNs) {
    if ((flags & KernelAbi.IORING_ENTER_SQ_WAKEUP) != 0) {
      thread.wake();
    }
    thread.pass();
    getEvents();
    return minComplete > 0 && ring.isCqEmpty() ? sleep(toSubmit, timeoutNs) : toSubmit;
  }

  /** Until a CQE is there or the time is over. */
  private int sleep(int took, long timeoutNs) {
    Violation.unless(timeoutNs >= 0, "the sender sleeps for ever");
    long deadlineNs = clock.nowNs() + timeoutNs;
    for (int nap = 0; nap < MOST_NAPS && deadlineNs - clock.nowNs() > 0; nap++) {
      clock.advance((long) (dice.logUniform(1e-4, 1) * (deadlineNs - clock.nowNs())));
      if (others != null) {
        others.run();
      }
      pass();
      if (faults.strikes(Fault.ENTER_EINTR)) {
        return took > 0 ? took : -Errno.EINTR;
      }
      getEvents();
      if (!ring.isCqEmpty()) {
        return took;
      }
    }
    clock.advance(Math.max(0, deadlineNs - clock.nowNs()));
    return took > 0 ? took : -Errno.ETIME;
  }

  private void take(MemorySegment sqe) {
    int opcode = sqe.get(JAVA_BYTE, KernelAbi.IO_URING_SQE_OPCODE);
    int file = sqe.get(JAVA_INT, KernelAbi.IO_URING_SQE_FD);
    long userData = sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_USER_DATA);
    if (opcode == KernelAbi.IORING_OP_READ) {
      Violation.unless(!wakeUpArmed && file == EVENT_FD, "one read of the wake-up at a time");
      wakeUpArmed = true;
      wakeUpUserData = userData;
      return;
    }
    if (opcode == KernelAbi.IORING_OP_RECVMSG) {
      receives.take(sqe);
      return;
    }
    if (opcode == KernelAbi.IORING_OP_ASYNC_CANCEL) {
      receives.cancel(sqe);
      return;
    }
    Violation.unless(
        opcode == KernelAbi.IORING_OP_SEND || opcode == KernelAbi.IORING_OP_SEND_ZC,
        "no such operation");
    Violation.unless(
        sqe.get(JAVA_BYTE, KernelAbi.IO_URING_SQE_FLAGS) == KernelAbi.IOSQE_FIXED_FILE,
        "a send not to a registered socket, or linked");
    Violation.unless(
        sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_OFF) == 0
            && sqe.get(JAVA_INT, KernelAbi.IO_URING_SQE_MSG_FLAGS) == 0
            && sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_BUF_INDEX) == 0
            && sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_ADDR3) == 0
            && sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_ADDR3 + Long.BYTES) == 0,
        "something of an earlier request is left in an SQE");
    long offset = sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_ADDR) - slab.address();
    int bytes = sqe.get(JAVA_INT, KernelAbi.IO_URING_SQE_LEN);
    Violation.unless(
        offset >= 0 && bytes > 0 && offset + bytes <= slab.byteSize(),
        "a send from outside of the slab");
    MemorySegment payload = slab.asSlice(offset, bytes);
    SimSend send =
        new SimSend(
            Math.toIntExact(userData),
            files[file],
            opcode,
            Short.toUnsignedInt(sqe.get(JAVA_SHORT, KernelAbi.IO_URING_SQE_IOPRIO)),
            payload,
            MemorySegment.ofArray(new byte[bytes]),
            taken++);
    send.socket.taken(payload);
    truth.taken(send);
    sends.take(send);
  }

  private void completeWakeUp() {
    boolean fails = wakeUpArmed && faults.strikes(Fault.WAKE_UP_FAILED);
    if (wakeUpArmed && (fails || signals > 0)) {
      wakeUpArmed = false;
      int result = fails ? -Errno.EINTR : Long.BYTES;
      signals = fails ? signals : 0;
      sends.post(new SimRing.Cqe(wakeUpUserData, result, 0, null, true));
    }
  }

  public int ringClose(MemorySegment description) {
    sends.cancelAll();
    receives.cancelAll();
    return 0;
  }

  // Around the ring.

  public int memoryMap(long bytes, int pages, MemorySegment address) {
    slab = arena.allocate(bytes, 4096);
    address.set(JAVA_LONG, 0, slab.address());
    return 0;
  }

  public int memoryUnmap(long address, long bytes) {
    Violation.unless(sends.live().isEmpty(), "unmapped while the kernel reads it");
    Violation.unless(receives.isIdle(), "unmapped while the kernel writes to it");
    return 0;
  }

  /** The sockets that receive are those of IPv6, so that targets are numbered as their sockets. */
  public int udpSocket(int family) {
    if (family == KernelAbi.AF_INET6) {
      return receives.socket();
    }
    sockets.add(new SimSocket(dice, faults));
    return FIRST_SOCKET + sockets.size() - 1;
  }

  public int socketSet(int fd, int level, int option, int value) {
    if (level == KernelAbi.SOL_UDP && option == KernelAbi.UDP_SEGMENT) {
      SimSocket socket = sockets.get(fd - FIRST_SOCKET);
      for (SimSend send : sends.live()) {
        Violation.unless(
            send.socket != socket || send.decided,
            "UDP_SEGMENT changes while a request is on its way through the socket");
      }
      socket.segmentBytes = value;
    }
    return 0;
  }

  public int socketBind(int fd, MemorySegment local) {
    return 0;
  }

  public long socketDrops(int fd) {
    return receives.drops(fd);
  }

  public int socketGet(int fd, int level, int option) {
    Violation.unless(
        level == KernelAbi.SOL_SOCKET && option == KernelAbi.SO_ERROR, "no such option");
    return sockets.get(fd - FIRST_SOCKET).takePendingError();
  }

  public int eventfd() {
    return EVENT_FD;
  }

  public int eventfdSignal(int fd) {
    signals++;
    if (poller != null) {
      poller.wake();
    }
    return 0;
  }

  /** Signals that the wake-up's read has not fetched yet. */
  int signals() {
    return signals;
  }

  public int close(int fd) {
    return 0;
  }

  public int threadName(MemorySegment name) {
    return 0;
  }

  public int threadTimerSlack(long slackNs) {
    return 0;
  }

  public int threadCpuTime(MemorySegment userNs, MemorySegment systemNs) {
    return 0;
  }

  public long nanoTime() {
    clock.advance(dice.between(0, 100));
    poll();
    return clock.nowNs();
  }

  public long realtimeNs() {
    return 1_700_000_000_000_000_000L + clock.nowNs() / 1000;
  }
}
