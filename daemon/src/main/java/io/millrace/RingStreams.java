package io.millrace;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.config.PaceSettings;
import io.millrace.config.PcapSourceSettings;
import io.millrace.config.PipeSourceSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.UdpSourceSettings;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.stream.Pacer;
import io.millrace.stream.Source;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.stream.TargetSocket;
import io.millrace.stream.TrainLimits;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Makes the streams of one ring from their settings, before it runs and while it does, and owns
 * what they are made of: numbers on the ring, sources, sockets. Owned by one control thread.
 */
final class RingStreams {
  private final RingEngine ring;
  private final Slab slab;
  private final TrainLimits trains;
  private final UdpSources udpSources;
  private final SourceMaker sources;
  private final BitSet streamNumbers = new BitSet();
  private final BitSet targetNumbers = new BitSet();

  /** At a stop it is looked at while a change may still be under way. */
  private final List<LivePart> parts = new CopyOnWriteArrayList<>();

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
      int readAhead,
      UdpSources udpSources) {
    this.ring = ring;
    this.slab = slab;
    this.trains = trains;
    this.udpSources = udpSources;
    sources = new SourceMaker(ring, slab, pool, references, readAhead, udpSources);
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
  List<LivePart> all() {
    return parts;
  }

  /** Streams that the ring has or gets. */
  int count() {
    return parts.size();
  }

  /** What they ask of the ring ({@link StreamLoad}), as the file has them. */
  double load() {
    return parts.stream()
        .mapToDouble(
            part -> StreamLoad.of(part.file(), wantedTargets(part), trains, slab.slotBytes()))
        .sum();
  }

  /** The sockets by the targets' numbers, before the ring runs: there is no gap. */
  int[] descriptors(int room, int none) {
    int[] descriptors = new int[room];
    Arrays.fill(descriptors, none);
    for (LivePart part : parts) {
      for (LiveTarget target : part.targets()) {
        descriptors[target.target().index()] = target.socket().fd();
      }
    }
    return descriptors;
  }

  /** Sockets that there are, and one for each target that waits for its name. */
  int wantedTargets() {
    return parts.stream().mapToInt(RingStreams::wantedTargets).sum();
  }

  private static int wantedTargets(LivePart part) {
    return part.destinations().stream()
        .mapToInt(destination -> Math.max(1, destination.targets().size()))
        .sum();
  }

  /**
   * Makes a stream, or the part of one that this ring is to serve; the ring doesn't know it yet.
   *
   * @param settings of the whole stream
   * @param opened the targets that are this ring's, owned by this from here on
   * @throws UncheckedIOException if the source can't be read; the sockets are closed then
   */
  LivePart make(StreamSettings settings, List<OpenTarget> opened) {
    int number = streamNumbers.nextClearBit(0);
    StreamCounters counters = new StreamCounters();
    int longestTrain = longestTrain(settings);
    List<Destination> destinations =
        makeDestinations(opened, longestTrain, settings.source().datagramBytes(), counters);
    List<LiveTarget> targets = LivePart.targets(destinations);
    boolean hasTrains =
        targets.isEmpty()
            ? longestTrain > 1 // those to come may take them
            : targets.stream().anyMatch(target -> target.target().longestTrain() > 1);
    SourceMaker.Made made;
    try {
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
            pacer(settings.pace(), settings.source().datagramBytes()),
            LivePart.known(targets),
            counters,
            KernelPace.isTimed(settings));
    LivePart part = new LivePart(ring, stream, made.thread(), settings, destinations);
    parts.add(part);
    return part;
  }

  /** Makes more targets for a part; the ring doesn't know them yet. */
  List<Destination> makeDestinations(LivePart part, List<OpenTarget> opened) {
    int datagramBytes = part.stream().source().datagramBytes();
    return makeDestinations(opened, longestTrain(part), datagramBytes, part.counters());
  }

  /** Makes more addresses for a target that a part has; the ring doesn't know them yet. */
  List<LiveTarget> makeTargets(LivePart part, Destination destination, List<TargetSocket> opened) {
    return makeTargets(
        destination, opened, longestTrain(part), part.stream().source().datagramBytes());
  }

  private int longestTrain(LivePart part) {
    Source source = part.stream().source();
    boolean sideBySide = source.strideBytes() == source.datagramBytes();
    return sideBySide ? longestTrain(part.file()) : 1;
  }

  private int longestTrain(StreamSettings settings) {
    // The kernel spaces what it is handed, and a train is one thing to it; a source that has its
    // own
    // timing has a time for each.
    if (KernelPace.isOf(settings) || settings.pace().unit() == PaceSettings.Unit.SOURCE) {
      return 1;
    }
    // Datagrams of any length have a slot each.
    if (settings.source() instanceof PcapSourceSettings
        || (settings.source() instanceof PipeSourceSettings pipe && !pipe.isFixed())) {
      return 1;
    }
    if (settings.source() instanceof UdpSourceSettings udp && !udpSources.takesTrains(udp)) {
      return 1;
    }
    return trains.longest(settings.source().datagramBytes(), slab.slotBytes());
  }

  private List<Destination> makeDestinations(
      List<OpenTarget> opened, int longestTrain, int datagramBytes, StreamCounters ofStream) {
    List<Destination> made = new ArrayList<>();
    for (OpenTarget open : opened) {
      Destination destination = new Destination(ring, open.settings(), open.label(), ofStream);
      destination.made(makeTargets(destination, open.sockets(), longestTrain, datagramBytes));
      made.add(destination);
    }
    return made;
  }

  private List<LiveTarget> makeTargets(
      Destination destination, List<TargetSocket> opened, int longestTrain, int datagramBytes) {
    List<LiveTarget> made = new ArrayList<>();
    for (TargetSocket socket : opened) {
      sockets.add(socket);
      int train = longestTrain > 1 && socket.segment(datagramBytes) ? longestTrain : 1;
      int number = targetNumbers.nextClearBit(0);
      targetNumbers.set(number);
      made.add(
          new LiveTarget(
              destination,
              new Target(
                  number,
                  destination.label(),
                  socket.fd(),
                  train,
                  socket.txTime(),
                  new TargetCounters()),
              socket));
    }
    return made;
  }

  /** Closes a stream that the ring doesn't know, or not any more; its targets not. */
  void close(LivePart part) {
    sources.close(part.stream().source());
    parts.remove(part);
    streamNumbers.clear(part.stream().index());
  }

  /** Closes targets that the ring doesn't know, or not any more. */
  void close(List<LiveTarget> targets) {
    for (LiveTarget target : targets) {
      if (sockets.remove(target.socket())) {
        target.socket().close();
        targetNumbers.clear(target.target().index());
        target.of().closed(target);
      }
    }
  }

  /** Closes everything; the ring is gone. */
  void closeAll() {
    parts.forEach(part -> sources.close(part.stream().source()));
    parts.clear();
    sockets.forEach(TargetSocket::close);
    sockets.clear();
  }

  private static Pacer pacer(PaceSettings pace, int datagramBytes) {
    if (pace.unit() == PaceSettings.Unit.SOURCE) {
      return Pacer.ofSource(pace.rate(), pace.burst().toNanos());
    }
    Pacer pacer = Pacer.of(unit(pace), pace.rate(), KernelPace.burstNs(pace, datagramBytes));
    pacer.ahead(KernelPace.aheadNs(pace, datagramBytes), KernelPace.leadNs(pace, datagramBytes));
    return pacer;
  }

  static Pacer.Unit unit(PaceSettings pace) {
    return switch (pace.unit()) {
      case UNLIMITED -> Pacer.Unit.UNLIMITED;
      case SOURCE -> Pacer.Unit.SOURCE;
      case BITS_PER_SECOND -> Pacer.Unit.BITS;
      case DATAGRAMS_PER_SECOND -> Pacer.Unit.DATAGRAMS;
    };
  }
}
