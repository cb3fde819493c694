package io.millrace.loadtest.receiver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The thread of one port: receive a batch, look at each datagram, publish the counts, again.
 * Allocates nothing per datagram. Other threads may ask for {@link #datagrams()} and {@link
 * #stop()} at any time, and for everything else once it has ended.
 */
final class ReceiverThread implements Runnable {
  /**
   * One recvmmsg takes at most so many; 64 make the call itself a few per cent of the receive path.
   */
  private static final int BATCH = 64;

  /**
   * A UDP payload has at most 65,527 bytes (IPv6). The odd number of cache lines puts the
   * beginnings of the slots, which are what is read most, into different cache sets.
   */
  private static final int SLOT_BYTES = 65_536 + 64;

  /** 200,000 datagrams in about 50 ms. */
  private static final int WARM_UP_BATCHES = 3_000;

  private static final int WARM_UP_BYTES = 1_400;

  private static final VarHandle DATAGRAMS;
  private static final VarHandle BYTES;
  private static final VarHandle STOPPING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      DATAGRAMS = lookup.findVarHandle(ReceiverThread.class, "publishedDatagrams", long.class);
      BYTES = lookup.findVarHandle(ReceiverThread.class, "publishedBytes", long.class);
      STOPPING = lookup.findVarHandle(ReceiverThread.class, "stopping", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Kernel kernel;
  private final ReceiverSocket socket;
  private final ArrivalStatistics statistics;
  private final @Nullable PayloadFile file;
  private @Nullable PayloadFile times;
  private final long limit;
  private final int cpu;

  /** Written by this thread only (opaque), read by the one that watches progress (opaque). */
  @SuppressWarnings("UnusedVariable")
  private long publishedDatagrams;

  @SuppressWarnings("UnusedVariable")
  private long publishedBytes;

  /** Written by the watching thread (opaque), read by this one once per batch (opaque). */
  @SuppressWarnings("UnusedVariable")
  private boolean stopping;

  /** CPU time of this thread; read by others after its end. */
  long userNs;

  long systemNs;

  /**
   * A thread's work, to be started by its owner.
   *
   * @param limit ends after so many datagrams
   * @param cpu to run on, or -1
   */
  ReceiverThread(
      Kernel kernel,
      ReceiverSocket socket,
      ArrivalStatistics statistics,
      @Nullable PayloadFile file,
      long limit,
      int cpu) {
    this.kernel = kernel;
    this.socket = socket;
    this.statistics = statistics;
    this.file = file;
    this.limit = limit;
    this.cpu = cpu;
  }

  /** Keeps the time of each arrival, too; before it runs. */
  void keepTimes(PayloadFile kept) {
    times = kept;
  }

  @Override
  public void run() {
    if (cpu >= 0) {
      int pinned = kernel.threadPin(cpu);
      if (pinned < 0) {
        throw new ReceiveException("can't run on CPU " + cpu + ": " + kernel.errnoName(-pinned));
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      receiveAll(
          arena.allocate((long) BATCH * SLOT_BYTES, KernelAbi.MR_RECEIVED_SIZE),
          arena.allocate(kernel.receiveScratchBytes(BATCH), Long.BYTES),
          arena.allocate((long) BATCH * KernelAbi.MR_RECEIVED_SIZE, Long.BYTES));
      readCpuTime(arena);
    }
  }

  private void receiveAll(MemorySegment slots, MemorySegment scratch, MemorySegment received) {
    int fd = socket.fd();
    while (!(boolean) STOPPING.getOpaque(this) && statistics.datagrams < limit) {
      int most = (int) Math.min(BATCH, limit - statistics.datagrams);
      int got = kernel.receiveBatch(fd, slots, SLOT_BYTES, most, scratch, received);
      if (got < 0) {
        // EAGAIN: nothing came within the timeout of the socket; the watching thread judges
        // idleness.
        if (got != -Errno.EAGAIN && got != -Errno.EINTR) {
          throw new ReceiveException("recvmmsg: " + kernel.errnoName(-got));
        }
        continue;
      }
      takeBatch(slots, received, got);
      DATAGRAMS.setOpaque(this, statistics.datagrams);
      BYTES.setOpaque(this, statistics.bytes);
    }
  }

  private void takeBatch(MemorySegment slots, MemorySegment received, int count) {
    PayloadFile payloads = file;
    for (int i = 0; i < count; i++) {
      long entry = (long) i * KernelAbi.MR_RECEIVED_SIZE;
      long slot = (long) i * SLOT_BYTES;
      int bytes = received.get(JAVA_INT, entry + KernelAbi.MR_RECEIVED_BYTES);
      boolean cutOff = received.get(JAVA_INT, entry + KernelAbi.MR_RECEIVED_TRUNCATED) != 0;
      long timeNs = received.get(JAVA_LONG, entry + KernelAbi.MR_RECEIVED_TIME_NS);
      if (timeNs == 0) {
        // A datagram that was queued before the timestamps were switched on everywhere has none.
        timeNs = kernel.realtimeNs();
      }
      statistics.record(slots, slot, bytes, cutOff, timeNs);
      if (payloads != null) {
        payloads.append(slots, slot, bytes);
      }
      PayloadFile kept = times;
      if (kept != null) { // as Arrival reads it
        received.set(JAVA_LONG, entry + KernelAbi.MR_RECEIVED_TIME_NS, timeNs);
        kept.append(received, entry + KernelAbi.MR_RECEIVED_TIME_NS, Long.BYTES);
        kept.append(received, entry + KernelAbi.MR_RECEIVED_BYTES, Integer.BYTES);
      }
    }
  }

  /**
   * Runs the loop's own code over invented datagrams until the compiler has taken it, so that a
   * receiver is not at its slowest when the first burst comes: interpreted, it lost tens of
   * thousands of datagrams at 150,000 a second.
   */
  static void warmUp(Kernel kernel, ReceiverSocket socket) {
    ArrivalStatistics invented = new ArrivalStatistics(ReceiverSettings.Sequenced.YES);
    ReceiverThread thread = new ReceiverThread(kernel, socket, invented, null, Long.MAX_VALUE, -1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slots = arena.allocate((long) BATCH * SLOT_BYTES, Long.BYTES);
      MemorySegment received =
          arena.allocate((long) BATCH * KernelAbi.MR_RECEIVED_SIZE, Long.BYTES);
      for (int i = 0; i < BATCH; i++) {
        long entry = (long) i * KernelAbi.MR_RECEIVED_SIZE;
        received.set(JAVA_INT, entry + KernelAbi.MR_RECEIVED_BYTES, WARM_UP_BYTES);
        received.set(JAVA_LONG, entry + KernelAbi.MR_RECEIVED_TIME_NS, 1_000L * i + 1);
      }
      for (int batch = 0; batch < WARM_UP_BATCHES; batch++) {
        for (int i = 0; i < BATCH; i++) {
          ArrivalStatistics.writeHeader(
              slots, (long) i * SLOT_BYTES, (long) batch * BATCH + i, 1_000L * i);
        }
        thread.takeBatch(slots, received, BATCH);
      }
    }
  }

  private void readCpuTime(Arena arena) {
    MemorySegment user = arena.allocate(JAVA_LONG);
    MemorySegment system = arena.allocate(JAVA_LONG);
    if (kernel.threadCpuTime(user, system) >= 0) {
      userNs = user.get(JAVA_LONG, 0);
      systemNs = system.get(JAVA_LONG, 0);
    }
  }

  /** Ends the thread within the socket's receive timeout. */
  void stop() {
    STOPPING.setOpaque(this, true);
  }

  long datagrams() {
    return (long) DATAGRAMS.getOpaque(this);
  }

  long bytes() {
    return (long) BYTES.getOpaque(this);
  }

  ArrivalStatistics statistics() {
    return statistics;
  }

  ReceiverSocket socket() {
    return socket;
  }
}
