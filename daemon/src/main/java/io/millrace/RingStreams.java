package io.millrace;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.config.FileSourceSettings;
import io.millrace.config.GeneratorSourceSettings;
import io.millrace.config.KernelPacing;
import io.millrace.config.PaceSettings;
import io.millrace.config.Rates;
import io.millrace.config.SourceSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.TargetView;
import io.millrace.stream.FilePreloader;
import io.millrace.stream.FileReaderThread;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.PreloadedSource;
import io.millrace.stream.QueuedSource;
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
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the streams of one ring from their settings, before it runs and while it does, and owns
 * what they are made of: numbers on the ring, sources, sockets. Owned by one control thread.
 */
final class RingStreams {
  private static final Logger LOG = LoggerFactory.getLogger(RingStreams.class);

  private final RingEngine ring;
  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private final TrainLimits trains;
  private final int readAhead;
  private final FilePreloader preloader;
  private final BitSet streamNumbers = new BitSet();
  private final BitSet targetNumbers = new BitSet();
  private final List<LiveStream> streams = new ArrayList<>();
  private final Set<TargetSocket> sockets = new HashSet<>();
  private final List<PayloadShape> shapes = new ArrayList<>();
  private int streamRoom = Integer.MAX_VALUE;
  private int targetRoom = Integer.MAX_VALUE;

  /**
   * No streams.
   *
   * @param readAhead slots that the reader of a file may fill ahead, a power of two
   */
  RingStreams(
      RingEngine ring,
      Slab slab,
      BufferPool pool,
      SlotReferences references,
      TrainLimits trains,
      int readAhead) {
    this.ring = ring;
    this.slab = slab;
    this.pool = pool;
    this.references = references;
    this.trains = trains;
    this.readAhead = readAhead;
    preloader = new FilePreloader(slab, pool, references);
  }

  /** From here on there is room for so many, those that are being removed among them. */
  void room(int mostStreams, int mostTargets) {
    streamRoom = mostStreams;
    targetRoom = mostTargets;
  }

  /** Why there is no room for so many more, or null. */
  @Nullable String lacksRoom(int moreStreams, int moreTargets) {
    if (streamNumbers.cardinality() + moreStreams > streamRoom) {
      return "ring %d has room for %d streams, made at its start; restart for more"
          .formatted(ring.index(), streamRoom);
    }
    if (targetNumbers.cardinality() + moreTargets > targetRoom) {
      return "ring %d has room for %d targets, made at its start; restart for more"
          .formatted(ring.index(), targetRoom);
    }
    return null;
  }

  /** Those that were made and are not closed. */
  List<LiveStream> all() {
    return streams;
  }

  /** Streams that the ring has or gets. */
  int count() {
    return streams.size();
  }

  /** What they ask of the ring ({@link StreamLoad}), as the file has them. */
  double load() {
    return streams.stream()
        .mapToDouble(stream -> StreamLoad.of(stream.file(), trains, slab.slotBytes()))
        .sum();
  }

  /** The sockets by the targets' numbers, before the ring runs: there is no gap. */
  int[] descriptors(int room, int none) {
    int[] descriptors = new int[room];
    Arrays.fill(descriptors, none);
    for (LiveStream stream : streams) {
      for (LiveTarget target : stream.targets()) {
        descriptors[target.target().index()] = target.socket().fd();
      }
    }
    return descriptors;
  }

  int targetCount() {
    return targetNumbers.cardinality();
  }

  /**
   * Makes a stream; the ring doesn't know it yet.
   *
   * @param opened the socket of each target, owned by this from here on
   * @throws UncheckedIOException if the source can't be read; the sockets are closed then
   */
  LiveStream make(StreamSettings settings, List<TargetSocket> opened) {
    int number = streamNumbers.nextClearBit(0);
    List<LiveTarget> targets =
        makeTargets(
            settings.targets(),
            opened,
            longestTrain(settings),
            settings.source().datagramBytes(),
            Set.of());
    boolean hasTrains = targets.stream().anyMatch(target -> target.target().longestTrain() > 1);
    MadeSource made;
    OptionalLong datagrams;
    try {
      datagrams = datagrams(settings.source());
      made = source(settings, number, hasTrains);
    } catch (UncheckedIOException failure) {
      close(targets);
      throw failure;
    }
    streamNumbers.set(number);
    Stream stream =
        new Stream(
            number,
            settings.name(),
            made.source,
            pacer(settings.pace(), KernelPace.aheadNs(settings)),
            LiveStream.known(targets),
            new StreamCounters());
    LiveStream live =
        new LiveStream(
            ring, stream, made.reader, describe(settings.source()), datagrams, settings, targets);
    streams.add(live);
    return live;
  }

  /** Makes more targets for a stream; the ring doesn't know them yet. */
  List<LiveTarget> makeTargets(
      LiveStream stream, List<TargetSettings> settings, List<TargetSocket> opened) {
    Set<String> labels = new HashSet<>();
    stream.targets().forEach(target -> labels.add(target.view().label()));
    Source source = stream.stream().source();
    boolean sideBySide = source.strideBytes() == source.datagramBytes();
    int longest = sideBySide ? longestTrain(stream.file()) : 1;
    return makeTargets(settings, opened, longest, source.datagramBytes(), labels);
  }

  private int longestTrain(StreamSettings settings) {
    // The kernel spaces what it is handed, and a train is one thing to it.
    return KernelPace.isOf(settings)
        ? 1
        : trains.longest(settings.source().datagramBytes(), slab.slotBytes());
  }

  private List<LiveTarget> makeTargets(
      List<TargetSettings> settings,
      List<TargetSocket> opened,
      int longestTrain,
      int datagramBytes,
      Set<String> taken) {
    Set<String> labels = new HashSet<>(taken);
    List<LiveTarget> made = new ArrayList<>();
    for (int index = 0; index < opened.size(); index++) {
      TargetSocket socket = opened.get(index);
      sockets.add(socket);
      String label = uniqueLabel(settings.get(index).label(), labels);
      TargetCounters counters = new TargetCounters();
      int train = longestTrain > 1 && socket.segment(datagramBytes) ? longestTrain : 1;
      int number = targetNumbers.nextClearBit(0);
      targetNumbers.set(number);
      made.add(
          new LiveTarget(
              settings.get(index),
              new Target(number, label, socket.fd(), train, counters),
              socket,
              new TargetView(label, counters)));
    }
    return made;
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

  /** Closes a stream that the ring doesn't know, or not any more; its targets not. */
  void close(LiveStream stream) {
    Source source = stream.stream().source();
    source.close();
    if (source instanceof PreloadedSource preloaded) {
      preloader.closed(preloaded);
    }
    streams.remove(stream);
    streamNumbers.clear(stream.stream().index());
  }

  /** Closes targets that the ring doesn't know, or not any more. */
  void close(List<LiveTarget> targets) {
    for (LiveTarget target : targets) {
      if (sockets.remove(target.socket())) {
        target.socket().close();
        targetNumbers.clear(target.target().index());
      }
    }
  }

  /** Closes everything; the ring is gone. */
  void closeAll() {
    streams.forEach(stream -> stream.stream().source().close());
    streams.clear();
    sockets.forEach(TargetSocket::close);
    sockets.clear();
  }

  static Pacer pacer(PaceSettings pace, long aheadNs) {
    // What is made up for after a stall must fit into the kernel's queue, too.
    long burstNs = pace.kernel() == KernelPacing.NONE ? burst(pace).toNanos() : aheadNs;
    return Pacer.of(unit(pace), rate(pace), burstNs, aheadNs);
  }

  static Pacer.Unit unit(PaceSettings pace) {
    return switch (pace) {
      case PaceSettings.Unlimited() -> Pacer.Unit.UNLIMITED;
      case PaceSettings.BitRate _ -> Pacer.Unit.BITS;
      case PaceSettings.DatagramRate _ -> Pacer.Unit.DATAGRAMS;
    };
  }

  /** In the unit; 0: unlimited. */
  static double rate(PaceSettings pace) {
    return switch (pace) {
      case PaceSettings.Unlimited() -> 0;
      case PaceSettings.BitRate(long bits, _, _) -> (double) bits;
      case PaceSettings.DatagramRate(double datagrams, _, _) -> datagrams;
    };
  }

  static Duration burst(PaceSettings pace) {
    return switch (pace) {
      case PaceSettings.Unlimited() -> Rates.DEFAULT_BURST;
      case PaceSettings.BitRate(_, Duration burst, _) -> burst;
      case PaceSettings.DatagramRate(_, Duration burst, _) -> burst;
    };
  }

  /** A source, and the thread that fills its slots, if it has one. */
  private record MadeSource(Source source, @Nullable FileReaderThread reader) {}

  private MadeSource source(StreamSettings settings, int streamNumber, boolean hasTrains) {
    return switch (settings.source()) {
      case GeneratorSourceSettings generator ->
          new MadeSource(
              new GeneratorSource(
                  slab,
                  pool,
                  references,
                  generator.datagramBytes(),
                  generator.count(),
                  generator.sequenced(),
                  hasTrains,
                  filler(generator, hasTrains)),
              null);
      case FileSourceSettings file -> fileSource(settings.name(), file, streamNumber);
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

  private MadeSource fileSource(String streamName, FileSourceSettings file, int streamNumber) {
    try {
      Source preloaded = preloader.load(file.path(), file.datagramBytes(), file.loop());
      if (preloaded != null) {
        LOG.info("stream {}: {} is preloaded", streamName, file.path());
        return new MadeSource(preloaded, null);
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
    FileReaderThread reader =
        new FileReaderThread(
            streamName,
            file.path(),
            file.loop(),
            slab,
            pool,
            source,
            readAhead,
            new ProxySink(ring, streamName, streamNumber));
    return new MadeSource(source, reader);
  }

  private static String describe(SourceSettings source) {
    return switch (source) {
      case GeneratorSourceSettings _ -> "generator";
      case FileSourceSettings file -> "file " + file.path();
    };
  }

  /** How many datagrams a source has in all, if it ends. */
  private static OptionalLong datagrams(SourceSettings source) {
    return switch (source) {
      case GeneratorSourceSettings generator ->
          generator.count() < 0 ? OptionalLong.empty() : OptionalLong.of(generator.count());
      case FileSourceSettings file ->
          file.loop() ? OptionalLong.empty() : OptionalLong.of(datagrams(file));
    };
  }

  private static long datagrams(FileSourceSettings file) {
    try {
      return Math.ceilDiv(Files.size(file.path()), (long) file.datagramBytes());
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
