package io.millrace.shim;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The kernel underneath this process, called through the C shim with the foreign function
 * interface. The handles are static and final, so that the compiler calls straight into C where it
 * runs hot. Any thread.
 */
@SuppressWarnings("restricted")
public final class NativeKernel implements Kernel {
  private static final SymbolLookup LIBRARY = ShimLibrary.open();
  private static final Linker LINKER = Linker.nativeLinker();

  /**
   * Of every function that doesn't run hot (uniform.c): linking makes classes for each signature,
   * and no AOT cache keeps them. With one each, it was a third of the time to the first datagram.
   */
  private static final FunctionDescriptor UNIFORM =
      FunctionDescriptor.of(
          JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle RING_SETUP = uniform("ring_setup");
  private static final MethodHandle RING_SETUP_POLLED = uniform("ring_setup_polled");
  private static final MethodHandle RING_CLOSE = uniform("ring_close");
  private static final MethodHandle RING_REGISTER = uniform("ring_register");
  private static final MethodHandle RING_ENTER =
      call(
          "mr_ring_enter",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle RING_SUPPORTS = uniform("ring_supports");
  private static final MethodHandle UDP_SOCKET = uniform("udp_socket");
  private static final MethodHandle SOCKET_CONNECT = uniform("socket_connect");
  private static final MethodHandle SOCKET_BIND = uniform("socket_bind");
  private static final MethodHandle SOCKET_LOCAL = uniform("socket_local");
  private static final MethodHandle SOCKET_SET = uniform("socket_set");
  private static final MethodHandle SOCKET_GET = uniform("socket_get");
  private static final MethodHandle SOCKET_DROPS = uniform("socket_drops");
  private static final MethodHandle SOCKET_TXTIME = uniform("socket_txtime");
  private static final MethodHandle SOCKET_JOIN = uniform("socket_join");
  private static final MethodHandle SOCKET_SEND = uniform("socket_send");
  private static final MethodHandle SEND_PREPARE = uniform("send_prepare");
  private static final MethodHandle POLL_OPEN = uniform("poll_open");
  private static final MethodHandle POLL_ADD = uniform("poll_add");
  private static final MethodHandle POLL_REMOVE = uniform("poll_remove");
  private static final MethodHandle POLL_WAIT = uniform("poll_wait");
  private static final MethodHandle CLOSE = uniform("close");
  private static final MethodHandle ROUTE_DEVICE = uniform("route_device");
  private static final MethodHandle DEVICE_QDISC = uniform("device_qdisc");
  private static final MethodHandle DEVICE_ETF = uniform("device_etf");
  private static final MethodHandle DEVICE_SEGMENTS = uniform("device_segments");
  private static final MethodHandle RECEIVE_SCRATCH_BYTES = uniform("receive_scratch_bytes");
  private static final MethodHandle RECEIVE_TIMEOUT = uniform("receive_timeout");
  private static final MethodHandle MEMORY_MAP = uniform("memory_map");
  private static final MethodHandle MEMORY_UNMAP = uniform("memory_unmap");
  private static final MethodHandle MEMORY_LOCK = uniform("memory_lock");
  private static final MethodHandle LIMIT_MEMLOCK = uniform("limit_memlock");
  private static final MethodHandle LIMIT_FILES = uniform("limit_files");
  private static final MethodHandle LIMIT_FILES_RAISE = uniform("limit_files_raise");
  private static final MethodHandle THREAD_PIN = uniform("thread_pin");
  private static final MethodHandle THREAD_CPUS = uniform("thread_cpus");
  private static final MethodHandle THREAD_CONFINE = uniform("thread_confine");
  private static final MethodHandle THREAD_NAME = uniform("thread_name");
  private static final MethodHandle THREAD_TIMER_SLACK = uniform("thread_timer_slack");
  private static final MethodHandle THREAD_CPU_TIME = uniform("thread_cpu_time");
  private static final MethodHandle EVENTFD = uniform("eventfd");
  private static final MethodHandle EVENTFD_SIGNAL = uniform("eventfd_signal");
  private static final MethodHandle REALTIME_NS = uniform("realtime_ns");
  private static final MethodHandle TAI_NS = uniform("tai_ns");
  private static final MethodHandle ERRNO_NAME = uniform("errno_name");
  private static final MethodHandle NOTIFY = uniform("notify");
  private static final MethodHandle LAYOUT = uniform("layout");
  private static final MethodHandle LAYOUT_SUM = uniform("layout_sum");

  /** Linked when a receiver first needs it; a sender never does. */
  private static final class Receiving {
    static final MethodHandle RECEIVE_BATCH =
        call(
            "mr_receive_batch",
            FunctionDescriptor.of(
                JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  }

  /** Linked by a sender that has no ring. */
  private static final class Batching {
    static final MethodHandle SEND_BATCH =
        call("mr_send_batch", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS));
  }

  private NativeKernel() {}

  /**
   * Loads the shim and compares its struct layouts with the copies in {@link KernelAbi}.
   *
   * @throws ShimException if there is no shim for this machine, it can't be loaded, or a layout
   *     differs
   */
  public static Kernel load() {
    NativeKernel kernel;
    try {
      kernel = new NativeKernel();
    } catch (ExceptionInInitializerError failure) {
      if (failure.getCause() instanceof ShimException cause) {
        throw cause;
      }
      throw failure;
    } catch (NoClassDefFoundError failure) {
      // An earlier attempt in this process failed, and its message said why.
      throw new ShimException("the native shim could not be loaded", failure);
    }
    KernelAbi.verify(layoutSum(), kernel::layout);
    return kernel;
  }

  /**
   * A downcall that may block: the thread changes state, so that it never holds up a garbage
   * collection.
   */
  private static MethodHandle call(String symbol, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(symbol(symbol), descriptor);
  }

  /** A function by its name without the prefix, for {@link #invoke}; it may block. */
  private static MethodHandle uniform(String function) {
    return call("mr_uniform_" + function, UNIFORM);
  }

  private static long invoke(
      MethodHandle function, MemorySegment p, MemorySegment q, long a, long b, long c, long d) {
    try {
      return (long) function.invokeExact(p, q, a, b, c, d);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  private static MemorySegment symbol(String name) {
    return LIBRARY
        .find(name)
        .orElseThrow(() -> new ShimException("the native shim lacks " + name + ": rebuild it"));
  }

  private static AssertionError unexpected(Throwable failure) {
    return new AssertionError("a downcall threw", failure);
  }

  @Override
  public int ringSetup(MemorySegment ring, int sqEntries, int cqEntries, int flags) {
    return (int) invoke(RING_SETUP, ring, NULL, sqEntries, cqEntries, flags, 0L);
  }

  @Override
  public int ringSetupPolled(
      MemorySegment ring, int sqEntries, int cqEntries, int flags, int idleMs, int cpu) {
    long idleAndCpu = Integer.toUnsignedLong(idleMs) | (long) cpu << Integer.SIZE; // uniform.c
    return (int) invoke(RING_SETUP_POLLED, ring, NULL, sqEntries, cqEntries, flags, idleAndCpu);
  }

  @Override
  public int ringClose(MemorySegment ring) {
    return (int) invoke(RING_CLOSE, ring, NULL, 0L, 0L, 0L, 0L);
  }

  @Override
  public int ringRegister(int ringFd, int opcode, MemorySegment argument, int count) {
    return (int) invoke(RING_REGISTER, argument, NULL, ringFd, opcode, count, 0L);
  }

  @Override
  public int ringEnter(int ringFd, int toSubmit, int minComplete, int flags, long timeoutNs) {
    try {
      return (int) RING_ENTER.invokeExact(ringFd, toSubmit, minComplete, flags, timeoutNs);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int ringSupports(int ringFd, int opcode) {
    return (int) invoke(RING_SUPPORTS, NULL, NULL, ringFd, opcode, 0L, 0L);
  }

  @Override
  public int udpSocket(int family) {
    return (int) invoke(UDP_SOCKET, NULL, NULL, family, 0L, 0L, 0L);
  }

  @Override
  public int socketConnect(int fd, MemorySegment peer) {
    return (int) invoke(SOCKET_CONNECT, peer, NULL, fd, 0L, 0L, 0L);
  }

  @Override
  public int socketBind(int fd, MemorySegment local) {
    return (int) invoke(SOCKET_BIND, local, NULL, fd, 0L, 0L, 0L);
  }

  @Override
  public int socketLocal(int fd, MemorySegment local) {
    return (int) invoke(SOCKET_LOCAL, local, NULL, fd, 0L, 0L, 0L);
  }

  @Override
  public int socketSet(int fd, int level, int option, int value) {
    return (int) invoke(SOCKET_SET, NULL, NULL, fd, level, option, value);
  }

  @Override
  public int socketGet(int fd, int level, int option) {
    return (int) invoke(SOCKET_GET, NULL, NULL, fd, level, option, 0L);
  }

  @Override
  public long socketDrops(int fd) {
    return invoke(SOCKET_DROPS, NULL, NULL, fd, 0L, 0L, 0L);
  }

  @Override
  public int socketTxTime(int fd, int clock) {
    return (int) invoke(SOCKET_TXTIME, NULL, NULL, fd, clock, 0L, 0L);
  }

  @Override
  public int socketJoin(int fd, MemorySegment group, MemorySegment source, int device) {
    return (int) invoke(SOCKET_JOIN, group, source, fd, device, 0L, 0L);
  }

  @Override
  public int socketSend(int fd, MemorySegment data, int bytes) {
    return (int) invoke(SOCKET_SEND, data, NULL, fd, bytes, 0L, 0L);
  }

  @Override
  public int sendPrepare(MemorySegment messages, MemorySegment vectors, int count) {
    invoke(SEND_PREPARE, messages, vectors, count, 0L, 0L, 0L);
    return 0;
  }

  @Override
  public int sendBatch(
      MemorySegment groups, int count, MemorySegment messages, MemorySegment results) {
    try {
      return (int) Batching.SEND_BATCH.invokeExact(groups, count, messages, results);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int pollOpen() {
    return (int) invoke(POLL_OPEN, NULL, NULL, 0L, 0L, 0L, 0L);
  }

  @Override
  public int pollAdd(int pollFd, int fd, int events, int tag) {
    return (int) invoke(POLL_ADD, NULL, NULL, pollFd, fd, events, tag);
  }

  @Override
  public int pollRemove(int pollFd, int fd) {
    return (int) invoke(POLL_REMOVE, NULL, NULL, pollFd, fd, 0L, 0L);
  }

  @Override
  public int pollWait(int pollFd, long timeoutNs, MemorySegment tags, int most) {
    return (int) invoke(POLL_WAIT, tags, NULL, pollFd, timeoutNs, most, 0L);
  }

  @Override
  public int close(int fd) {
    return (int) invoke(CLOSE, NULL, NULL, fd, 0L, 0L, 0L);
  }

  @Override
  public int routeDevice(MemorySegment peer, int bound) {
    return (int) invoke(ROUTE_DEVICE, peer, NULL, bound, 0L, 0L, 0L);
  }

  @Override
  public int deviceQdisc(int device, MemorySegment kind, int bytes) {
    return (int) invoke(DEVICE_QDISC, kind, NULL, device, bytes, 0L, 0L);
  }

  @Override
  public int deviceEtf(int device, MemorySegment deltaNs, MemorySegment flags) {
    return (int) invoke(DEVICE_ETF, deltaNs, flags, device, 0L, 0L, 0L);
  }

  @Override
  public int deviceSegments(MemorySegment name) {
    return (int) invoke(DEVICE_SEGMENTS, name, NULL, 0L, 0L, 0L, 0L);
  }

  @Override
  public long receiveScratchBytes(int count) {
    return invoke(RECEIVE_SCRATCH_BYTES, NULL, NULL, count, 0L, 0L, 0L);
  }

  @Override
  public int receiveBatch(
      int fd,
      MemorySegment slots,
      int slotBytes,
      int count,
      MemorySegment scratch,
      MemorySegment received) {
    try {
      return (int)
          Receiving.RECEIVE_BATCH.invokeExact(fd, slots, slotBytes, count, scratch, received);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int receiveTimeout(int fd, long timeoutNs) {
    return (int) invoke(RECEIVE_TIMEOUT, NULL, NULL, fd, timeoutNs, 0L, 0L);
  }

  @Override
  public int memoryMap(long bytes, int pages, MemorySegment address) {
    return (int) invoke(MEMORY_MAP, address, NULL, bytes, pages, 0L, 0L);
  }

  @Override
  public int memoryUnmap(long address, long bytes) {
    return (int) invoke(MEMORY_UNMAP, NULL, NULL, address, bytes, 0L, 0L);
  }

  @Override
  public int memoryLock(long address, long bytes) {
    return (int) invoke(MEMORY_LOCK, NULL, NULL, address, bytes, 0L, 0L);
  }

  @Override
  public int limitMemlock(MemorySegment soft, MemorySegment hard) {
    return (int) invoke(LIMIT_MEMLOCK, soft, hard, 0L, 0L, 0L, 0L);
  }

  @Override
  public int limitFiles(MemorySegment soft, MemorySegment hard) {
    return (int) invoke(LIMIT_FILES, soft, hard, 0L, 0L, 0L, 0L);
  }

  @Override
  public int limitFilesRaise() {
    return (int) invoke(LIMIT_FILES_RAISE, NULL, NULL, 0L, 0L, 0L, 0L);
  }

  @Override
  public int threadPin(int cpu) {
    return (int) invoke(THREAD_PIN, NULL, NULL, cpu, 0L, 0L, 0L);
  }

  @Override
  public int threadCpus(MemorySegment mask, int words) {
    return (int) invoke(THREAD_CPUS, mask, NULL, words, 0L, 0L, 0L);
  }

  @Override
  public int threadConfine(int thread, MemorySegment mask, int words) {
    return (int) invoke(THREAD_CONFINE, mask, NULL, thread, words, 0L, 0L);
  }

  @Override
  public int threadName(MemorySegment name) {
    return (int) invoke(THREAD_NAME, name, NULL, 0L, 0L, 0L, 0L);
  }

  @Override
  public int threadTimerSlack(long slackNs) {
    return (int) invoke(THREAD_TIMER_SLACK, NULL, NULL, slackNs, 0L, 0L, 0L);
  }

  @Override
  public int threadCpuTime(MemorySegment userNs, MemorySegment systemNs) {
    return (int) invoke(THREAD_CPU_TIME, userNs, systemNs, 0L, 0L, 0L, 0L);
  }

  @Override
  public int eventfd() {
    return (int) invoke(EVENTFD, NULL, NULL, 0L, 0L, 0L, 0L);
  }

  @Override
  public int eventfdSignal(int fd) {
    return (int) invoke(EVENTFD_SIGNAL, NULL, NULL, fd, 0L, 0L, 0L);
  }

  @Override
  public long realtimeNs() {
    return invoke(REALTIME_NS, NULL, NULL, 0L, 0L, 0L, 0L);
  }

  @Override
  public long taiNs() {
    return invoke(TAI_NS, NULL, NULL, 0L, 0L, 0L, 0L);
  }

  @Override
  public String errnoName(int error) {
    MemorySegment name = MemorySegment.ofAddress(invoke(ERRNO_NAME, NULL, NULL, error, 0L, 0L, 0L));
    String text = name.reinterpret(64).getString(0);
    return text.isEmpty() ? "errno " + error : text;
  }

  @Override
  public int notifyManager(MemorySegment path, MemorySegment message, int bytes) {
    return (int) invoke(NOTIFY, path, message, bytes, 0L, 0L, 0L);
  }

  private int layout(int index, MemorySegment name, MemorySegment value) {
    return (int) invoke(LAYOUT, name, value, index, 0L, 0L, 0L);
  }

  static long layoutSum() {
    return invoke(LAYOUT_SUM, NULL, NULL, 0L, 0L, 0L, 0L);
  }
}
