package io.millrace;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.config.KernelPacing;
import io.millrace.config.PaceSettings;
import io.millrace.config.PipeSourceSettings;
import io.millrace.config.Rates;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.TargetView;
import io.millrace.stream.Pacer;
import io.millrace.stream.Source;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.stream.TargetSocket;
import io.millrace.stream.TrainLimits;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the streams of one ring from their settings, before it runs and while it does, and owns
 * what they are made of: numbers on the ring, sources, sockets. Owned by one control thread.
 */
final class RingStreams {
  private final RingEngine ring;
  private final Slab slab;
  private final TrainLimits trains;
  private final SourceMaker sources;
  private final BitSet streamNumbers = new BitSet();
  private final BitSet targetNumbers = new BitSet();
  private final List<LiveStream> streams = new ArrayList<>();
  private final Set<TargetSocket> sockets = new HashSet<>();
  private int streamRoom = Integer.MAX_VALUE;
  private int targetRoom = Integer.MAX_VALUE;

  /**
   * No streams.
   *
   * @param readAhead slots that the thread of a source may fill ahead, a power of two
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
    this.trains = trains;
    sources = new SourceMaker(ring, slab, pool, references, readAhead);
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
    SourceMaker.Made made;
    OptionalLong datagrams;
    try {
      datagrams = SourceMaker.datagrams(settings.source());
      made = sources.make(settings, number, hasTrains);
    } catch (UncheckedIOException failure) {
      close(targets);
      throw failure;
    }
    streamNumbers.set(number);
    Stream stream =
        new Stream(
            number,
            settings.name(),
            made.source(),
            pacer(settings.pace(), KernelPace.aheadNs(settings)),
            LiveStream.known(targets),
            new StreamCounters());
    LiveStream live =
        new LiveStream(
            ring,
            stream,
            made.thread(),
            SourceMaker.describe(settings.source()),
            datagrams,
            settings,
            targets);
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
    if (KernelPace.isOf(settings)) {
      return 1;
    }
    // Datagrams of any length have a slot each.
    if (settings.source() instanceof PipeSourceSettings pipe && !pipe.isFixed()) {
      return 1;
    }
    return trains.longest(settings.source().datagramBytes(), slab.slotBytes());
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
    sources.close(stream.stream().source());
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
}
