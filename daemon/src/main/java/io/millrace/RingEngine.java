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
import io.millrace.metrics.EngineView.PollerView;
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
import io.millrace.stream.TrainLimits;
import io.millrace.uring.SqPolling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
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

  private static final long NS_PER_MS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long CHANGE_PATIENCE_NS = TimeUnit.MINUTES.toNanos(1);
  private static final long CHANGE_POLL_NS = TimeUnit.MICROSECONDS.toNanos(50);

  private final int index;
  private final Kernel kernel;
  private final int cpu;
  private final RingCounters counters = new RingCounters();
  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private final UdpSources udpSources;
  private final RingStreams streams;

  private Duration drainTimeout = Duration.ZERO;
  private long stopDeadlineNs;
  private @Nullable SenderThread thread;
  private @Nullable PollerThread poller;
  private @Nullable PollerView pollerView;

  private RingEngine(
      int index,
      Kernel kernel,
      int cpu,
      BufferSettings buffers,
      TrainLimits trains,
      SendMode.Engine sendEngine,
      int streamCount) {
    this.index = index;
    this.kernel = kernel;
    this.cpu = cpu;
    slab = Slab.map(kernel, buffers.slotsPerRing(), buffers.slotBytes(), pages(buffers));
    pool = new BufferPool(slab.slots());
    references = new SlotReferences(pool);
    int share = Math.max(1, slab.slots() / 2 / Math.max(1, streamCount));
    int readAhead = Math.min(MOST_READ_AHEAD, Integer.highestOneBit(share));
    udpSources =
        new UdpSources(
            kernel,
            slab,
            references,
            share,
            sendEngine == SendMode.Engine.URING,
            trains.segments() > 1);
    streams = new RingStreams(this, slab, pool, references, trains, readAhead, udpSources);
    LOG.info(
        "ring {}: CPU {}, {} slots of {} bytes in {}",
        index,
        cpu,
        slab.slots(),
        slab.slotBytes(),
        pagesAndWhy(buffers.hugePages()));
  }

  /**
   * What a ring gets of a stream.
   *
   * @param settings of the whole stream
   * @param targets that this ring serves, in the order of the file
   */
  record Share(StreamSettings settings, List<OpenTarget> targets) {}

  /**
   * Puts a ring together, not started.
   *
   * @param polling by a kernel thread that takes its requests; null: it submits itself
   * @param memory how long to wait for locked memory
   * @param streams those that this ring serves, or serves a part of; the sockets are owned by the
   *     engine from here on
   */
  static RingEngine assemble(
      int index,
      Kernel kernel,
      int cpu,
      Settings settings,
      SendMode mode,
      TrainLimits trains,
      @Nullable SqPolling polling,
      LockedMemoryWait memory,
      List<Share> streams) {
    RingEngine engine =
        new RingEngine(
            index, kernel, cpu, settings.buffers(), trains, mode.engine(), streams.size());
    try {
      for (Share share : streams) {
        engine.streams.make(share.settings(), share.targets());
      }
      engine.makeRing(settings.rings(), mode, polling, memory);
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

  private void makeRing(
      RingSettings settings, SendMode mode, @Nullable SqPolling polling, LockedMemoryWait memory) {
    drainTimeout = settings.drainTimeout();
    Capacities capacities =
        Capacities.of(settings.entries(), settings.batch())
            .withRoom(streams.count(), streams.wantedTargets(), mostFiles())
            .receiving(udpSources.mostCqes());
    streams.room(capacities.streams(), capacities.targets());
    int[] sockets = streams.descriptors(capacities.targets(), SendEngine.NO_SOCKET);
    SendEngine.Opener opener =
        switch (mode.engine()) {
          case URING ->
              sink ->
                  memory.get(
                      () ->
                          UringEngine.open(
                              kernel, slab, sockets, capacities, polling, counters, sink));
          case SENDMMSG -> sink -> SendmmsgEngine.open(kernel, sockets, capacities, counters, sink);
        };
    Set<Path> pollers = polling == null ? Set.of() : PollerThread.all();
    thread =
        new SenderThread(
            index,
            cpu,
            kernel,
            opener,
            slab,
            pool,
            references,
            streams.all().stream().map(LivePart::stream).toArray(Stream[]::new),
            capacities,
            polling == null ? mode : mode.withoutTrials(),
            idleStrategy(settings),
            drainTimeout.toNanos(),
            counters);
    if (polling != null) {
      pollerFound(polling, PollerThread.newcomer(pollers));
    }
  }

  private void pollerFound(SqPolling polling, @Nullable PollerThread found) {
    poller = found;
    pollerView =
        new PollerView(
            polling.cpu(), polling.idleMs(), () -> found == null ? Double.NaN : found.cpuSeconds());
    LOG.info(
        "ring {}: a kernel thread takes its requests, on {}; it sleeps after {} ms without one",
        index,
        polling.cpu() == SqPolling.ANY_CPU ? "any CPU" : "CPU " + polling.cpu(),
        polling.idleMs());
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
    for (LivePart part : streams.all()) {
      SourceThread reader = part.reader();
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
    return new RingView(index, cpu, counters, pool, pollerView);
  }

  /** Asks the readers and the sender thread to end. */
  void requestStop() {
    stopDeadlineNs = System.nanoTime() + drainTimeout.toNanos();
    for (LivePart part : streams.all()) {
      SourceThread reader = part.reader();
      if (reader != null) {
        reader.requestStop();
      }
    }
    if (thread != null) {
      thread.proxy().stop();
    }
  }

  /**
   * Waits for the end that was asked for: the sender thread's drain, and as long for readers that
   * their input holds (a file on a network that doesn't answer).
   *
   * @return whether all have ended, so that their memory can be freed
   */
  boolean awaitStopped() throws InterruptedException {
    boolean ended = true;
    for (LivePart part : streams.all()) {
      SourceThread reader = part.reader();
      if (reader == null) {
        continue;
      }
      // 0 would be for ever. One that was never started has ended, as far as this goes.
      reader.join(Math.max(1, (stopDeadlineNs - System.nanoTime()) / NS_PER_MS));
      if (reader.isAlive()) {
        LOG.warn("stream {}: its input doesn't let go of the reader", part.file().name());
        ended = false;
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
    return ended;
  }

  /**
   * Frees everything, the engine before the memory that it uses. Its thread has ended, or was never
   * started.
   */
  @Override
  public void close() {
    if (poller != null) {
      poller.cpuSeconds(); // the last look, for the summary
    }
    if (thread != null) {
      thread.close();
    }
    streams.closeAll();
    slab.close();
  }
}
