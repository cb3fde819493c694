package io.millrace;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.sender.Capacities;
import io.millrace.sender.IdleStrategy;
import io.millrace.sender.SendMode;
import io.millrace.sender.SenderThread;
import io.millrace.shim.Endpoint;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.shim.ShimException;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.uring.Ring;
import io.millrace.uring.RingUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the compilers see the hot loop before a user's datagram depends on it: a sender thread as
 * any other, on a small ring of its own, sends to a socket of this process on 127.0.0.1 for a tenth
 * of a second, with counters that nobody reads. On a thread of its own, beside the rest of the
 * start.
 *
 * <p>The real kernel and the mode that was probed, not a fake: the compiled code assumes the
 * classes and branches that it saw, and whatever else came later would throw it away (adr/0002).
 */
final class WarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

  private static final long BUDGET_MS = 100;
  private static final long DRAIN_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int ENTRIES = 64;
  private static final int SLOTS = 16;
  private static final int SLOT_BYTES = 4096;
  private static final int DATAGRAM_BYTES = 64;
  private static final double PACED_PER_SECOND = 20_000;
  private static final long BURST_NS = TimeUnit.MILLISECONDS.toNanos(5);

  /** No ring of the daemon has this number. */
  private static final int INDEX = -1;

  private final Kernel kernel;
  private final SendMode mode;
  private final int batch;
  private final TargetCounters counters = new TargetCounters();
  private final Thread thread = Thread.ofPlatform().name("warm-up").daemon().unstarted(this::run);

  private WarmUp(Kernel kernel, SendMode mode, int batch) {
    this.kernel = kernel;
    this.mode = mode;
    this.batch = Math.min(batch, ENTRIES);
  }

  /** Begins. */
  static WarmUp begin(Kernel kernel, SendMode mode, int batch) {
    WarmUp warmUp = new WarmUp(kernel, mode, batch);
    warmUp.thread.start();
    return warmUp;
  }

  /** Waits for the end; returns how many datagrams were sent. */
  long await() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException early) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return counters.datagrams();
  }

  private void run() {
    int receiver = kernel.udpSocket(KernelAbi.AF_INET);
    int socket = kernel.udpSocket(KernelAbi.AF_INET);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address =
          Endpoint.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), arena);
      if (kernel.socketBind(receiver, address) < 0
          || kernel.socketLocal(receiver, address) < 0
          || kernel.socketConnect(socket, address) < 0) {
        LOG.debug("no warm-up: no sockets on 127.0.0.1");
        return;
      }
      send(socket);
    } catch (RingUnavailableException
        | Slab.SlabException
        | ShimException
        | CompletionException refused) {
      // The daemon's own rings will say so, if it is a matter for them too.
      LOG.debug("no warm-up: {}", refused.getMessage());
    } finally {
      kernel.close(socket);
      kernel.close(receiver);
    }
  }

  private void send(int socket) {
    Capacities capacities = Capacities.of(ENTRIES, batch);
    try (Slab slab = Slab.map(kernel, SLOTS, SLOT_BYTES, Slab.Pages.BASE);
        Ring ring = Ring.open(kernel, capacities.sqEntries(), capacities.cqEntries())) {
      try (Arena arena = Arena.ofConfined()) {
        ring.registerBuffers(slab.vectors(arena), (long) SLOTS * SLOT_BYTES);
      }
      ring.registerFiles(new int[] {socket, socket});
      BufferPool pool = new BufferPool(SLOTS);
      SlotReferences references = new SlotReferences(pool);
      Stream[] streams = {
        stream(0, slab, pool, references, Pacer.of(Pacer.Unit.UNLIMITED, 0, BURST_NS)),
        stream(
            1, slab, pool, references, Pacer.of(Pacer.Unit.DATAGRAMS, PACED_PER_SECOND, BURST_NS))
      };
      SenderThread sender =
          new SenderThread(
              INDEX,
              SenderThread.ANY_CPU,
              kernel,
              ring,
              slab,
              references,
              streams,
              capacities,
              mode,
              IdleStrategy.ADAPTIVE,
              DRAIN_NS,
              new RingCounters());
      sender.start();
      sender.running().join();
      endAfterBudget(sender);
    }
  }

  /** The ring is closed only when the thread is through with it. */
  private static void endAfterBudget(SenderThread sender) {
    boolean ended = false;
    while (!ended) {
      try {
        sender.join(BUDGET_MS);
        sender.proxy().stop();
        sender.join();
        ended = true;
      } catch (InterruptedException nobodyDoes) {
        sender.proxy().stop();
      }
    }
    sender.close();
  }

  private Stream stream(
      int index, Slab slab, BufferPool pool, SlotReferences references, Pacer pacer) {
    GeneratorSource source =
        new GeneratorSource(
            slab, pool, references, DATAGRAM_BYTES, GeneratorSource.ENDLESS, true, index + 1);
    Target[] targets = {new Target(index, "warm-up", counters)};
    return new Stream(index, "warm-up", source, pacer, targets, new StreamCounters());
  }
}
