package io.millrace;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.config.BufferSettings;
import io.millrace.config.HugePages;
import io.millrace.config.RingSettings;
import io.millrace.config.Settings;
import io.millrace.config.StreamSettings;
import io.millrace.counters.RingCounters;
import io.millrace.metrics.EngineView.RingView;
import io.millrace.sender.Capacities;
import io.millrace.sender.IdleStrategy;
import io.millrace.sender.SendEngine;
import io.millrace.sender.SendMode;
import io.millrace.sender.SenderProxy;
import io.millrace.sender.SenderThread;
import io.millrace.sender.SendmmsgEngine;
import io.millrace.sender.StreamChange;
import io.millrace.sender.UringEngine;
import io.millrace.shim.Kernel;
import io.millrace.stream.SourceThread;
import io.millrace.stream.Stream;
import io.millrace.stream.TargetSocket;
import io.millrace.stream.TrainLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ring with everything that belongs to it, put together from the settings: sockets, slab, pool,
 * sources, thread. Assembled by a thread on its CPU, so that slab and ring lie in that CPU's memory
 * ({@link NearMemory}); started and closed by one thread.
 */
final class RingEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RingEngine.class);

  /**
   * Slots that a reader may fill ahead: at most so many, and no more than its share of half the
   * pool.
   */
  private static final int MOST_READ_AHEAD = 32;

  private static final int STACK_LINES = 6;

  private static final long CHANGE_PATIENCE_NS = TimeUnit.MINUTES.toNanos(1);
  private static final long CHANGE_POLL_NS = TimeUnit.MICROSECONDS.toNanos(50);

  private final int index;
  private final Kernel kernel;
  private final int cpu;
  private final RingCounters counters = new RingCounters();
  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private final RingStreams streams;

  private @Nullable SenderThread thread;

  private RingEngine(
      int index,
      Kernel kernel,
      int cpu,
      BufferSettings buffers,
      TrainLimits trains,
      int streamCount) {
    this.index = index;
    this.kernel = kernel;
    this.cpu = cpu;
    slab = Slab.map(kernel, buffers.slotsPerRing(), buffers.slotBytes(), pages(buffers));
    pool = new BufferPool(slab.slots());
    references = new SlotReferences(pool);
    int share = Math.max(1, slab.slots() / 2 / Math.max(1, streamCount));
    int readAhead = Math.min(MOST_READ_AHEAD, Integer.highestOneBit(share));
    streams = new RingStreams(this, slab, pool, references, trains, readAhead);
    LOG.info(
        "ring {}: CPU {}, {} slots of {} bytes in {}",
        index,
        cpu,
        slab.slots(),
        slab.slotBytes(),
        pagesAndWhy(buffers.hugePages()));
  }

  /**
   * Puts a ring together, not started.
   *
   * @param streams the streams of this ring
   * @param targets the opened targets of each of these streams, in the same order; owned by the
   *     engine from here on
   */
  static RingEngine assemble(
      int index,
      Kernel kernel,
      int cpu,
      Settings settings,
      SendMode mode,
      TrainLimits trains,
      List<StreamSettings> streams,
      List<List<TargetSocket>> targets) {
    RingEngine engine =
        new RingEngine(index, kernel, cpu, settings.buffers(), trains, streams.size());
    try {
      for (int stream = 0; stream < streams.size(); stream++) {
        engine.streams.make(streams.get(stream), targets.get(stream));
      }
      engine.makeRing(settings.rings(), mode);
      return engine;
    } catch (RuntimeException failure) {
      engine.close();
      throw failure;
    }
  }

  private static String pagesAndWhy(HugePages wanted) {
    return switch (wanted) {
      case AUTO ->
          "base pages (buffers.huge-pages = auto: huge ones fill the sockets' send buffers)";
      case NEVER -> "base pages";
      case ALWAYS -> "huge pages";
    };
  }

  private static Slab.Pages pages(BufferSettings buffers) {
    return switch (buffers.hugePages()) {
      case AUTO, NEVER -> Slab.Pages.BASE;
      case ALWAYS -> Slab.Pages.HUGE;
    };
  }

  private void makeRing(RingSettings settings, SendMode mode) {
    Capacities capacities =
        Capacities.of(settings.entries(), settings.batch())
            .withRoom(streams.count(), streams.targetCount(), mostFiles());
    streams.room(capacities.streams(), capacities.targets());
    int[] sockets = streams.descriptors(capacities.targets(), SendEngine.NO_SOCKET);
    SendEngine.Opener opener =
        switch (mode.engine()) {
          case URING -> sink -> UringEngine.open(kernel, slab, sockets, capacities, counters, sink);
          case SENDMMSG -> sink -> SendmmsgEngine.open(kernel, sockets, capacities, counters, sink);
        };
    thread =
        new SenderThread(
            index,
            cpu,
            kernel,
            opener,
            slab,
            pool,
            references,
            streams.all().stream().map(LiveStream::stream).toArray(Stream[]::new),
            capacities,
            mode,
            idleStrategy(settings),
            settings.drainTimeout().toNanos(),
            counters);
  }

  /** What the kernel registers at most. */
  private long mostFiles() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment soft = arena.allocate(JAVA_LONG);
      MemorySegment hard = arena.allocate(JAVA_LONG);
      int result = kernel.limitFiles(soft, hard);
      long limit = soft.get(JAVA_LONG, 0);
      return result < 0 || limit < 0 ? Long.MAX_VALUE : limit; // negative: unlimited
    }
  }

  private static IdleStrategy idleStrategy(RingSettings settings) {
    return switch (settings.idle()) {
      case BUSY_SPIN -> IdleStrategy.BUSY_SPIN;
      case ADAPTIVE -> IdleStrategy.ADAPTIVE;
      case PARK -> IdleStrategy.PARK;
    };
  }

  /** Starts the thread and waits until it runs its duty cycle, then starts the readers. */
  void start() {
    SenderThread sender = sender();
    sender.start();
    sender.running().join();
    for (LiveStream stream : streams.all()) {
      SourceThread reader = stream.reader();
      if (reader != null) {
        reader.start();
      }
    }
  }

  int index() {
    return index;
  }

  /** Where the thread is, for the log: its state and the innermost calls. */
  String stack() {
    SenderThread sender = sender();
    return sender.getState()
        + " at "
        + Arrays.stream(sender.getStackTrace())
            .limit(STACK_LINES)
            .map(StackTraceElement::toString)
            .collect(Collectors.joining(" < "));
  }

  RingStreams streams() {
    return streams;
  }

  /** Bytes of its slots: no datagram may be longer. */
  int slotBytes() {
    return slab.slotBytes();
  }

  /**
   * Hands a change to the sender thread and waits until it has been carried out; a control thread.
   *
   * @return 0, or the errno of a failure
   * @throws IllegalStateException if the thread has died, or doesn't do it in a minute
   */
  int carryOut(StreamChange change) {
    long deadlineNs = System.nanoTime() + CHANGE_PATIENCE_NS;
    boolean handedOver = proxy().change(change);
    while (!handedOver || !change.isDone()) {
      if (!isRunning() || System.nanoTime() - deadlineNs >= 0) {
        throw new IllegalStateException("ring " + index + " doesn't carry out changes");
      }
      LockSupport.parkNanos(CHANGE_POLL_NS);
      handedOver = handedOver || proxy().change(change);
    }
    return change.error();
  }

  boolean isRunning() {
    return sender().isAlive() && sender().running().isDone();
  }

  SenderProxy proxy() {
    return sender().proxy();
  }

  private SenderThread sender() {
    if (thread == null) {
      throw new IllegalStateException("ring " + index + " is not assembled");
    }
    return thread;
  }

  RingView view() {
    return new RingView(index, cpu, counters, pool);
  }

  /** Asks the readers and the sender thread to end. */
  void requestStop() {
    for (LiveStream stream : streams.all()) {
      SourceThread reader = stream.reader();
      if (reader != null) {
        reader.requestStop();
      }
    }
    if (thread != null) {
      thread.proxy().stop();
    }
  }

  /** Waits for the end that was asked for. */
  void awaitStopped() throws InterruptedException {
    for (LiveStream stream : streams.all()) {
      SourceThread reader = stream.reader();
      if (reader != null) {
        reader.join();
      }
    }
    if (thread != null) {
      thread.join();
      if (thread.failure() != null) {
        LOG.error("ring {}: its thread died", index, thread.failure());
      }
      if (thread.abandonedRequests() > 0) {
        LOG.warn(
            "ring {}: {} sends had not completed after the drain timeout and are cancelled",
            index,
            thread.abandonedRequests());
      }
    }
  }

  /**
   * Frees everything, the engine before the memory that it uses. Its thread has ended, or was never
   * started.
   */
  @Override
  public void close() {
    if (thread != null) {
      thread.close();
    }
    streams.closeAll();
    slab.close();
  }
}
