package io.millrace.sim;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.shim.ReceivedMessage;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.PreloadedSource;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.Source;
import io.millrace.stream.SourcePrefixes;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.stream.TrainLimits;
import io.millrace.stream.UdpSocket;
import io.millrace.stream.UdpSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The streams and targets of a run. */
final class Scenario {
  private static final int[] NO_SLOTS = {};

  private final Dice dice;
  private final Kernel kernel;
  private final SimKernel simulated;
  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private final TrainLimits trains;
  private final List<SimStream> streams = new ArrayList<>();
  private int targetCount;
  private int receivedCqes;

  Scenario(
      Dice dice,
      Kernel kernel,
      SimKernel simulated,
      Slab slab,
      BufferPool pool,
      SlotReferences references) {
    this.dice = dice;
    this.kernel = kernel;
    this.simulated = simulated;
    this.slab = slab;
    this.pool = pool;
    this.references = references;
    trains = dice.chance(0.5) ? TrainLimits.NONE : new TrainLimits(dice.pick(2, 3, 8, 64));
    int count = dice.pick(1, 1, 2, 3, 4);
    for (int stream = 0; stream < count; stream++) {
      add(count);
    }
  }

  List<SimStream> streams() {
    return streams;
  }

  Stream[] toStreams() {
    Stream[] array = new Stream[streams.size()];
    for (int stream = 0; stream < array.length; stream++) {
      array[stream] = streams.get(stream).stream();
    }
    return array;
  }

  /** The descriptors of all targets, by their index. */
  int[] descriptors() {
    int[] descriptors = new int[targetCount];
    for (SimStream stream : streams) {
      for (Target target : stream.stream().targets()) {
        descriptors[target.index()] = target.fd();
      }
    }
    return descriptors;
  }

  private void add(int streamCount) {
    int datagramBytes =
        Math.min(slab.slotBytes(), dice.pick(GeneratorSource.HEADER_BYTES, 40, 64, 100, 200));
    Target[] targets = new Target[dice.pick(1, 1, 2, 3, 5, 12)];
    SimSocket[] sockets = new SimSocket[targets.length];
    int longest = trains.longest(datagramBytes, slab.slotBytes());
    boolean hasTrains = false;
    for (int target = 0; target < targets.length; target++) {
      int fd = kernel.udpSocket(KernelAbi.AF_INET);
      boolean takesTrains = longest > 1 && dice.chance(0.8);
      if (takesTrains) {
        kernel.socketSet(fd, KernelAbi.SOL_UDP, KernelAbi.UDP_SEGMENT, datagramBytes);
      }
      hasTrains |= takesTrains;
      int index = targetCount++;
      sockets[target] = simulated.socket(index);
      targets[target] =
          new Target(index, "target-" + index, fd, takesTrains ? longest : 1, new TargetCounters());
    }
    int mostReceived = slab.slotBytes() - ReceivedMessage.HEADER_BYTES;
    switch (dice.between(0, 4)) {
      case 4 -> {
        if (datagramBytes <= mostReceived) {
          addRelay(datagramBytes, targets, sockets, streamCount);
        } else {
          addGenerator(datagramBytes, targets, sockets, hasTrains);
        }
      }
      case 0 -> addPreloaded(datagramBytes, targets, sockets, streamCount);
      case 1 -> addQueued(datagramBytes, targets, sockets, streamCount);
      default -> addGenerator(datagramBytes, targets, sockets, hasTrains);
    }
  }

  private void addGenerator(
      int datagramBytes, Target[] targets, SimSocket[] sockets, boolean hasTrains) {
    boolean sequenced = dice.chance(0.8);
    boolean finite = dice.chance(0.6);
    long count = finite ? dice.between(0, 150) : GeneratorSource.ENDLESS;
    int filler = streams.size() + 1;
    Source source =
        new GeneratorSource(
            slab, pool, references, datagramBytes, count, sequenced, hasTrains, filler);
    add(source, targets, sockets, NO_SLOTS, null, finite, sequenced, false);
  }

  private void addPreloaded(
      int datagramBytes, Target[] targets, SimSocket[] sockets, int streamCount) {
    int[] slots = new int[dice.between(0, Math.min(4, slab.slots() / 2 / streamCount))];
    int[] bytes = new int[slots.length];
    SlotWriter writer = new SlotWriter(slab, datagramBytes);
    for (int index = 0; index < slots.length; index++) {
      slots[index] = pool.claim();
      bytes[index] = writer.fill(slots[index], dice);
    }
    boolean loop = dice.chance(0.5);
    Source source = new PreloadedSource(references, slots, bytes, datagramBytes, loop);
    add(source, targets, sockets, slots, null, !loop || slots.length == 0, true, loop);
  }

  private void addQueued(
      int datagramBytes, Target[] targets, SimSocket[] sockets, int streamCount) {
    // The daemon's rule: a share of half the pool.
    int readAhead = Integer.highestOneBit(Math.max(1, slab.slots() / 2 / streamCount));
    QueuedSource source = new QueuedSource(references, datagramBytes, readAhead);
    Feeder feeder =
        new Feeder(dice, slab, pool, source, streams.size(), readAhead, dice.between(0, 30));
    add(source, targets, sockets, NO_SLOTS, feeder, true, true, false);
  }

  private void addRelay(int datagramBytes, Target[] targets, SimSocket[] sockets, int streamCount) {
    boolean coalesces = dice.chance(0.5);
    UdpSocket socket =
        UdpSocket.open(
            kernel,
            new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 5004),
            new UdpSocket.Options(UdpSocket.ANY_INTERFACE, List.of(), 4096, coalesces, false));
    int capacity = Integer.highestOneBit(Math.max(1, slab.slots() / 2 / streamCount));
    Source source =
        new UdpSource(socket, slab, references, capacity, datagramBytes, SourcePrefixes.ALL, 1);
    simulated.receives().expect(socket.fd(), datagramBytes, coalesces);
    receivedCqes += capacity + 2;
    add(source, targets, sockets, NO_SLOTS, null, false, true, false);
  }

  /** CQEs that the sources on the ring may bring at a time. */
  int receivedCqes() {
    return receivedCqes;
  }

  private void add(
      Source source,
      Target[] targets,
      SimSocket[] sockets,
      int[] held,
      @Nullable Feeder feeder,
      boolean finite,
      boolean sequenced,
      boolean loops) {
    for (SimSocket socket : sockets) {
      socket.expect(source.datagramBytes(), sequenced, loops);
    }
    int index = streams.size();
    Stream stream =
        new Stream(
            index, "stream-" + index, source, pacer(dice, source), targets, new StreamCounters());
    streams.add(
        new SimStream(
            stream, List.of(sockets), Arrays.stream(held).boxed().toList(), feeder, finite));
  }

  private static Pacer pacer(Dice dice, Source source) {
    Pacer.Unit unit = Pacer.Unit.values()[dice.between(0, 2)];
    long burstNs = dice.pick(0, 100_000, 5_000_000);
    return Pacer.of(unit, rate(dice, unit, source.datagramBytes()), burstNs);
  }

  /** From ten thousand datagrams a second to more than the ring takes. */
  static double rate(Dice dice, Pacer.Unit unit, int datagramBytes) {
    double datagrams = dice.logUniform(1e4, 1e8);
    return unit == Pacer.Unit.BITS ? datagrams * datagramBytes * 8 : datagrams;
  }
}
