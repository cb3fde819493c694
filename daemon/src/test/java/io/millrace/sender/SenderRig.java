package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.Source;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.stream.TargetSocket;
import io.millrace.stream.TrainLimits;
import io.millrace.stream.TxTime;
import io.millrace.uring.KernelProbe;
import io.millrace.uring.RealKernel;
import io.millrace.uring.SqPolling;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One ring with its thread, as the daemon puts it together, for tests. */
final class SenderRig implements AutoCloseable {
  static final long BURST_NS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long PATIENCE_NS = TimeUnit.MINUTES.toNanos(2);
  private static final int SEND_BUFFER_BYTES = 1 << 20;

  final Kernel kernel;
  final Slab slab;
  final BufferPool pool;
  final SlotReferences references;
  final RingCounters counters = new RingCounters();
  private final List<Stream> streams = new ArrayList<>();
  private final List<TargetSocket> sockets = new ArrayList<>();
  private @Nullable SenderThread thread;
  private @Nullable Throwable death;

  /** What of the kernel's trains the rig uses; none by itself. */
  TrainLimits trains = TrainLimits.NONE;

  /** Zero copy; combined where the kernel has it, if the rig was made by {@link #onRealKernel}. */
  SendMode mode = SendMode.zeroCopy(0);

  /** By a kernel thread that takes the ring's requests; null: the ring's thread submits. */
  @Nullable SqPolling polling;

  IdleStrategy idleStrategy = IdleStrategy.ADAPTIVE;
  Capacities capacities = Capacities.of(64, 16);

  /** Streams and targets that come later have room: the next number of each is free. */
  void makeRoom() {
    capacities = capacities.withRoom(0, 0, 64);
  }

  long drainTimeoutNs = TimeUnit.SECONDS.toNanos(10);

  SenderRig(Kernel kernel, int slots, int slotBytes) {
    this.kernel = kernel;
    slab = Slab.map(kernel, slots, slotBytes, Slab.Pages.BASE);
    pool = new BufferPool(slots);
    references = new SlotReferences(pool);
  }

  static SenderRig onRealKernel(int slots, int slotBytes) {
    Kernel kernel = RealKernel.withRings();
    SenderRig rig = new SenderRig(kernel, slots, slotBytes);
    rig.mode = SendMode.zeroCopy(RealKernel.combineFlag(kernel));
    return rig;
  }

  /** On a ring that a kernel thread polls. */
  static SenderRig polled(int slots, int slotBytes) {
    SenderRig rig = onRealKernel(slots, slotBytes);
    String refusal = KernelProbe.pollRefusal(rig.kernel);
    if (refusal != null) {
      rig.slab.close();
      RealKernel.skip(refusal);
    }
    rig.polling = new SqPolling(1, SqPolling.ANY_CPU);
    return rig;
  }

  /** On the kernel underneath too, by sendmmsg. */
  static SenderRig withoutRing(int slots, int slotBytes) {
    SenderRig rig = new SenderRig(NativeKernel.load(), slots, slotBytes);
    rig.mode = SendMode.SENDMMSG;
    return rig;
  }

  static Pacer unlimited() {
    return Pacer.of(Pacer.Unit.UNLIMITED, 0, BURST_NS);
  }

  static Pacer datagrams(double perSecond) {
    return Pacer.of(Pacer.Unit.DATAGRAMS, perSecond, BURST_NS);
  }

  /** A source of sequenced datagrams. */
  Source generator(int datagramBytes, long count) {
    return new GeneratorSource(
        slab,
        pool,
        references,
        datagramBytes,
        count,
        true,
        trains.segments() > 1,
        streams.size() + 1);
  }

  Stream add(Source source, Pacer pacer, InetSocketAddress... addresses) {
    Target[] targets = targets(source, addresses);
    Stream stream =
        new Stream(
            streams.size(),
            "stream-" + streams.size(),
            source,
            pacer,
            targets,
            new StreamCounters());
    streams.add(stream);
    return stream;
  }

  /** A stream whose datagrams bring the times at which they are to leave. */
  Stream addTimed(Source source, Pacer pacer, TxTime txTime, InetSocketAddress... addresses) {
    Target[] timed = targets(source, addresses);
    for (int index = 0; index < timed.length; index++) {
      Target target = timed[index];
      sockets.get(target.index()).txTime(txTime);
      timed[index] =
          new Target(target.index(), target.label(), target.fd(), 1, txTime, target.counters());
    }
    Stream stream =
        new Stream(
            streams.size(),
            "stream-" + streams.size(),
            source,
            pacer,
            timed,
            new StreamCounters(),
            true);
    streams.add(stream);
    return stream;
  }

  /** More targets, with the next numbers, that no stream has yet. */
  Target[] targets(Source source, InetSocketAddress... addresses) {
    Target[] targets = new Target[addresses.length];
    for (int target = 0; target < targets.length; target++) {
      TargetSocket socket =
          TargetSocket.open(
              kernel,
              addresses[target],
              new TargetSocket.Options(
                  TargetSocket.DEFAULT,
                  TargetSocket.DEFAULT,
                  TargetSocket.DEFAULT,
                  SEND_BUFFER_BYTES));
      int longest = trains.longest(source.datagramBytes(), slab.slotBytes());
      targets[target] =
          new Target(
              sockets.size(),
              addresses[target].toString(),
              socket.fd(),
              longest > 1 && socket.segment(source.datagramBytes()) ? longest : 1,
              new TargetCounters());
      sockets.add(socket);
    }
    return targets;
  }

  SenderThread start() {
    int[] descriptors = new int[Math.max(sockets.size(), capacities.targets())];
    Arrays.fill(descriptors, SendEngine.NO_SOCKET);
    for (int socket = 0; socket < sockets.size(); socket++) {
      descriptors[socket] = sockets.get(socket).fd();
    }
    boolean sendmmsg = mode.engine() == SendMode.Engine.SENDMMSG;
    SenderThread started =
        new SenderThread(
            0,
            SenderThread.ANY_CPU,
            kernel,
            sink ->
                sendmmsg
                    ? SendmmsgEngine.open(kernel, descriptors, capacities, counters, sink)
                    : UringEngine.open(
                        kernel, slab, descriptors, capacities, polling, counters, sink),
            slab,
            pool,
            references,
            streams.toArray(new Stream[0]),
            capacities,
            mode,
            idleStrategy,
            drainTimeoutNs,
            counters);
    started.setUncaughtExceptionHandler((dead, failure) -> death = failure);
    thread = started;
    started.start();
    started.running().join();
    return started;
  }

  SenderThread thread() {
    if (thread == null) {
      throw new IllegalStateException("not started");
    }
    return thread;
  }

  SenderProxy proxy() {
    return thread().proxy();
  }

  /** Hands a change over and waits until it is done with; returns its errno. */
  int change(StreamChange change) {
    assertThat(proxy().change(change)).as("the change is taken").isTrue();
    await("the change is done", change::isDone);
    return change.error();
  }

  /**
   * Waits until something is so; fails after two minutes (the slowest virtual machine needs one),
   * or when the thread has died.
   */
  void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (!condition.getAsBoolean()) {
      alive();
      assertThat(System.nanoTime() - deadlineNs).as("time left until %s", what).isNegative();
      LockSupport.parkNanos(20_000);
    }
  }

  void awaitEnded(Stream stream) {
    await(stream.name() + " has ended", () -> stream.counters().state().ended());
  }

  /** Stops the thread and waits for its end. */
  void stop() {
    SenderThread stopped = thread();
    stopped.proxy().stop();
    try {
      stopped.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
    assertThat(stopped.isAlive()).as("the thread has ended").isFalse();
    alive();
  }

  private void alive() {
    Throwable failure = death;
    if (failure != null) {
      throw new AssertionError("the sender thread died", failure);
    }
  }

  /**
   * offered = sent + dropped for every target, requests = completions, and the ring has lost
   * nothing.
   */
  void assertBooksAreClosed() {
    long outcomes = assertBooksOfTargetsAreClosed();
    assertThat(counters.requests()).as("requests").isEqualTo(outcomes);
    assertThat(counters.completions()).as("completions").isEqualTo(outcomes);
  }

  /** The same where a request may carry several datagrams; returns how many went to the kernel. */
  long assertBooksOfTargetsAreClosed() {
    long outcomes = 0;
    for (Stream stream : streams) {
      for (Target target : stream.targets()) {
        TargetCounters counted = target.counters();
        assertThat(counted.datagrams() + counted.droppedTotal())
            .as("%s to %s: sent + dropped", stream.name(), target.label())
            .isEqualTo(counted.offered(stream.counters().offeredDatagrams()));
        outcomes += counted.datagrams() + counted.droppedTotal();
        outcomes -= counted.dropped(DropReason.STOPPED.ordinal());
      }
    }
    assertThat(counters.completions()).isEqualTo(counters.requests());
    assertThat(counters.inFlight()).isZero();
    assertThat(counters.cqOverflows()).isZero();
    return outcomes;
  }

  /** What so many requests must have brought, zero-copy ones where there is a ring. */
  long cqesOf(long requests) {
    if (mode.engine() == SendMode.Engine.SENDMMSG) {
      return 0;
    }
    if (mode.combineFlag() == 0) {
      return 2 * requests;
    }
    long samples = (requests + ZeroCopyChoice.SAMPLE_INTERVAL - 1) / ZeroCopyChoice.SAMPLE_INTERVAL;
    return requests + samples; // which go uncombined
  }

  /** After the thread's end: whatever the sources don't hold is free. */
  void assertEverySlotIsFree() {
    streams.forEach(stream -> stream.source().close());
    assertThat(pool.free()).as("free slots").isEqualTo(pool.slots());
  }

  @Override
  public void close() {
    if (thread != null && thread.isAlive()) {
      stop();
    }
    if (thread != null) {
      thread.close();
    }
    sockets.forEach(TargetSocket::close);
    slab.close();
  }
}
