package io.millrace;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.config.BufferSettings;
import io.millrace.config.FileSourceSettings;
import io.millrace.config.GeneratorSourceSettings;
import io.millrace.config.HugePages;
import io.millrace.config.KernelPacing;
import io.millrace.config.PaceSettings;
import io.millrace.config.Rates;
import io.millrace.config.RingSettings;
import io.millrace.config.Settings;
import io.millrace.config.SourceSettings;
import io.millrace.config.StreamSettings;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.RingView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import io.millrace.sender.Capacities;
import io.millrace.sender.IdleStrategy;
import io.millrace.sender.SendEngine;
import io.millrace.sender.SendMode;
import io.millrace.sender.SenderProxy;
import io.millrace.sender.SenderThread;
import io.millrace.sender.SendmmsgEngine;
import io.millrace.sender.UringEngine;
import io.millrace.shim.Kernel;
import io.millrace.stream.FilePreloader;
import io.millrace.stream.FileReaderThread;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.SlotSink;
import io.millrace.stream.Source;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.stream.TargetSocket;
import io.millrace.stream.TrainLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
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

  private final int index;
  private final Kernel kernel;
  private final int cpu;
  private final RingCounters counters = new RingCounters();
  private final List<TargetSocket> sockets = new ArrayList<>();
  private final List<Stream> streams = new ArrayList<>();
  private final List<StreamView> views = new ArrayList<>();
  private final List<FileReaderThread> readers = new ArrayList<>();
  private final BitSet kernelPaced = new BitSet();
  private final List<PayloadShape> shapes = new ArrayList<>();
  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private final FilePreloader preloader;
  private final TrainLimits trains;
  private final int readAhead;

  private @Nullable SenderThread thread;

  private RingEngine(
      int index,
      Kernel kernel,
      int cpu,
      BufferSettings buffers,
      TrainLimits trains,
      int streamCount) {
    this.trains = trains;
    this.index = index;
    this.kernel = kernel;
    this.cpu = cpu;
    slab = Slab.map(kernel, buffers.slotsPerRing(), buffers.slotBytes(), pages(buffers));
    pool = new BufferPool(slab.slots());
    references = new SlotReferences(pool);
    preloader = new FilePreloader(slab, pool, references);
    int share = Math.max(1, slab.slots() / 2 / Math.max(1, streamCount));
    readAhead = Math.min(MOST_READ_AHEAD, Integer.highestOneBit(share));
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
        engine.addStream(streams.get(stream), targets.get(stream));
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

  private void addStream(StreamSettings settings, List<TargetSocket> opened) {
    int streamIndex = streams.size();
    Target[] targets = new Target[opened.size()];
    List<TargetView> targetViews = new ArrayList<>();
    Set<String> labels = new HashSet<>();
    int datagramBytes = settings.source().datagramBytes();
    // The kernel spaces what it is handed, and a train is one thing to it.
    int longestTrain =
        KernelPace.isOf(settings) ? 1 : trains.longest(datagramBytes, slab.slotBytes());
    boolean hasTrains = false;
    for (int target = 0; target < targets.length; target++) {
      String label = uniqueLabel(settings.targets().get(target).label(), labels);
      TargetCounters targetCounters = new TargetCounters();
      TargetSocket socket = opened.get(target);
      boolean takesTrains = longestTrain > 1 && socket.segment(datagramBytes);
      hasTrains |= takesTrains;
      targets[target] =
          new Target(
              sockets.size(), label, socket.fd(), takesTrains ? longestTrain : 1, targetCounters);
      sockets.add(socket);
      targetViews.add(new TargetView(label, targetCounters));
    }
    kernelPaced.set(streamIndex, KernelPace.isOf(settings));
    StreamCounters streamCounters = new StreamCounters();
    Pacer pacer = pacer(settings.pace(), KernelPace.aheadNs(settings));
    Source source = source(settings, streamIndex, hasTrains);
    streams.add(new Stream(streamIndex, settings.name(), source, pacer, targets, streamCounters));
    views.add(
        new StreamView(
            settings.name(),
            index,
            describe(settings.source()),
            streamCounters,
            datagrams(settings.source()),
            targetViews));
  }

  /**
   * A stream may send to one address twice, over two interfaces say; metrics need each of its
   * targets to have a name.
   */
  private static String uniqueLabel(String configured, Set<String> taken) {
    String label = configured;
    for (int number = 2; !taken.add(label); number++) {
      label = configured + "#" + number;
    }
    return label;
  }

  static Pacer pacer(PaceSettings pace, long aheadNs) {
    return switch (pace) {
      case PaceSettings.Unlimited() ->
          Pacer.of(Pacer.Unit.UNLIMITED, 0, Rates.DEFAULT_BURST.toNanos());
      case PaceSettings.BitRate(long bitsPerSecond, Duration burst, KernelPacing kernel) ->
          Pacer.of(
              Pacer.Unit.BITS, (double) bitsPerSecond, burstNs(burst, kernel, aheadNs), aheadNs);
      case PaceSettings.DatagramRate(
              double datagramsPerSecond,
              Duration burst,
              KernelPacing kernel) ->
          Pacer.of(
              Pacer.Unit.DATAGRAMS, datagramsPerSecond, burstNs(burst, kernel, aheadNs), aheadNs);
    };
  }

  /** What is made up for after a stall must fit into the kernel's queue, too. */
  private static long burstNs(Duration burst, KernelPacing kernel, long aheadNs) {
    return kernel == KernelPacing.NONE ? burst.toNanos() : aheadNs;
  }

  private Source source(StreamSettings settings, int streamIndex, boolean hasTrains) {
    return switch (settings.source()) {
      case GeneratorSourceSettings generator ->
          new GeneratorSource(
              slab,
              pool,
              references,
              generator.datagramBytes(),
              generator.count(),
              generator.sequenced(),
              hasTrains,
              filler(generator, hasTrains));
      case FileSourceSettings file -> fileSource(settings.name(), file, streamIndex);
    };
  }

  /**
   * Generators of one shape leave the same bytes in a slot, so that they needn't write all of it
   * anew when they get one another's. Where they did, 100 streams of 1,000 datagrams/s each were
   * more than a core could do: half of the datagrams left 2 ms late or later, now 1 us.
   */
  private int filler(GeneratorSourceSettings generator, boolean hasTrains) {
    PayloadShape shape =
        new PayloadShape(generator.datagramBytes(), generator.sequenced(), hasTrains);
    if (!shapes.contains(shape)) {
      shapes.add(shape);
    }
    return shapes.indexOf(shape) + 1; // 0 is nobody's
  }

  /** What the bytes that a generator writes depend on. */
  private record PayloadShape(int datagramBytes, boolean sequenced, boolean trains) {}

  private Source fileSource(String streamName, FileSourceSettings file, int streamIndex) {
    try {
      Source preloaded = preloader.load(file.path(), file.datagramBytes(), file.loop());
      if (preloaded != null) {
        LOG.info("stream {}: {} is preloaded", streamName, file.path());
        return preloaded;
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    LOG.info(
        "stream {}: {} is larger than the buffers to spare and is read {} slots ahead",
        streamName,
        file.path(),
        readAhead);
    QueuedSource source = new QueuedSource(references, file.datagramBytes(), readAhead);
    readers.add(
        new FileReaderThread(
            streamName,
            file.path(),
            file.loop(),
            slab,
            pool,
            source,
            readAhead,
            new ProxySink(streamName, streamIndex)));
    return source;
  }

  /** Hands filled slots to the sender thread of this ring. */
  private final class ProxySink implements SlotSink {
    private final String streamName;
    private final int streamIndex;

    ProxySink(String streamName, int streamIndex) {
      this.streamName = streamName;
      this.streamIndex = streamIndex;
    }

    @Override
    public boolean filled(int slot, int payloadBytes) {
      return proxy().slotFilled(streamIndex, slot, payloadBytes);
    }

    @Override
    public boolean ended(@Nullable String failure) {
      if (!proxy().sourceEnded(streamIndex, failure != null)) {
        return false;
      }
      if (failure != null) {
        LOG.error("stream {} ends: {}", streamName, failure);
      }
      return true;
    }
  }

  private static String describe(SourceSettings source) {
    return switch (source) {
      case GeneratorSourceSettings generator -> "generator";
      case FileSourceSettings file -> "file " + file.path();
    };
  }

  /** How many datagrams a source has in all, if it ends. */
  private static OptionalLong datagrams(SourceSettings source) {
    return switch (source) {
      case GeneratorSourceSettings generator ->
          generator.count() < 0 ? OptionalLong.empty() : OptionalLong.of(generator.count());
      case FileSourceSettings file -> {
        if (file.loop()) {
          yield OptionalLong.empty();
        }
        try {
          long bytes = Files.size(file.path());
          yield OptionalLong.of((bytes + file.datagramBytes() - 1) / file.datagramBytes());
        } catch (IOException gone) {
          throw new UncheckedIOException(gone);
        }
      }
    };
  }

  private void makeRing(RingSettings settings, SendMode mode) {
    Capacities capacities = Capacities.of(settings.entries(), settings.batch());
    int[] descriptors = sockets.stream().mapToInt(TargetSocket::fd).toArray();
    SendEngine.Opener opener =
        switch (mode.engine()) {
          case URING ->
              sink -> UringEngine.open(kernel, slab, descriptors, capacities, counters, sink);
          case SENDMMSG ->
              sink -> SendmmsgEngine.open(kernel, descriptors, capacities, counters, sink);
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
            streams.toArray(new Stream[0]),
            capacities,
            mode,
            idleStrategy(settings),
            settings.drainTimeout().toNanos(),
            counters);
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
    for (FileReaderThread reader : readers) {
      reader.start();
    }
  }

  boolean isRunning() {
    return sender().isAlive() && sender().running().isDone();
  }

  /** Whether the kernel spaces the datagrams of a stream of this ring. */
  boolean kernelPaced(int stream) {
    return kernelPaced.get(stream);
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

  List<StreamView> streamViews() {
    return List.copyOf(views);
  }

  /** Asks the readers and the sender thread to end. */
  void requestStop() {
    readers.forEach(FileReaderThread::requestStop);
    if (thread != null) {
      thread.proxy().stop();
    }
  }

  /** Waits for the end that was asked for. */
  void awaitStopped() throws InterruptedException {
    for (FileReaderThread reader : readers) {
      reader.join();
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
    streams.forEach(stream -> stream.source().close());
    sockets.forEach(TargetSocket::close);
    slab.close();
  }
}
