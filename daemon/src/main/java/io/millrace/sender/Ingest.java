package io.millrace.sender;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.BufferRing;
import io.millrace.buffer.Slab;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.stream.RingSource;
import io.millrace.stream.Stream;
import io.millrace.uring.Receives;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sources that live on the ring: gives the kernel slots to receive into, keeps a multishot
 * receive armed for each, and hands over what it brings. Owned by one SenderThread.
 *
 * <p>Slots come from the pool, where the last completion of what was sent from them has put them. A
 * receive that finds none ends with ENOBUFS; it is armed again when there is one, and meanwhile the
 * socket's buffer holds what comes.
 */
final class Ingest implements Receives.Sink {
  /** What a source has in the kernel. */
  private static final byte UNKNOWN = 0;

  /** Its buffers, but no receive. */
  private static final byte READY = 1;

  private static final byte ARMED = 2;

  /** A receive that is to be cancelled. */
  private static final byte ENDING = 3;

  /** A receive that has been. */
  private static final byte CANCELLED = 4;

  /** Its buffers, and no receive any more. */
  private static final byte OVER = 5;

  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Kernel kernel;
  private final @Nullable Receives receives;
  private final Slab slab;
  private final BufferPool pool;
  private final Schedule schedule;
  private final @Nullable Stream[] streams;
  private final byte[] states;
  private final long[] armNs;
  private final int[] active;
  private int count;
  private long nowNs;

  /**
   * None yet.
   *
   * @param receives of the ring; null: there is none
   * @param mostStreams by whose numbers receivers are numbered
   */
  Ingest(
      Kernel kernel,
      @Nullable Receives receives,
      Slab slab,
      BufferPool pool,
      Schedule schedule,
      int mostStreams) {
    this.kernel = kernel;
    this.receives = receives;
    this.slab = slab;
    this.pool = pool;
    this.schedule = schedule;
    streams = new Stream[mostStreams];
    states = new byte[mostStreams];
    armNs = new long[mostStreams];
    active = new int[mostStreams];
    if (receives != null) {
      receives.to(this);
    }
  }

  /** Sources that have something in the kernel. */
  int active() {
    return count;
  }

  /**
   * Begins to receive for a stream, if its source is of this kind.
   *
   * @return 0, or an errno: the source has failed
   */
  int begin(Stream stream, long beginNs) {
    if (!(stream.source() instanceof RingSource source)) {
      return 0;
    }
    int receiver = stream.index();
    assert states[receiver] == UNKNOWN : "receiver " + receiver + " is there already";
    BufferRing buffers = source.buffers();
    int result =
        receives == null
            ? -Errno.ENOSYS
            : receives.open(receiver, buffers.address(), buffers.entries());
    if (result < 0) {
      source.failed(-result, true);
      return -result;
    }
    streams[receiver] = stream;
    states[receiver] = READY;
    armNs[receiver] = beginNs;
    active[count++] = receiver;
    return 0;
  }

  /** Gives the kernel what it lacks: slots, receives, cancellations. Returns how much it was. */
  int step(long stepNs) {
    nowNs = stepNs;
    int work = 0;
    for (int index = 0; index < count; index++) {
      int receiver = active[index];
      RingSource source = source(receiver);
      switch (states[receiver]) {
        case READY -> {
          work += refill(source);
          if (source.buffers().count() > 0
              && nowNs - armNs[receiver] >= 0
              && receives().arm(receiver, source.fd())) {
            states[receiver] = ARMED;
            work++;
          }
        }
        case ARMED -> work += refill(source);
        case ENDING -> {
          if (receives().cancel(receiver)) {
            states[receiver] = CANCELLED;
            work++;
          }
        }
        default -> {}
      }
    }
    return work;
  }

  /** As many slots as the source may have, and the pool gives. */
  private int refill(RingSource source) {
    BufferRing buffers = source.buffers();
    int given = 0;
    for (int room = source.room(); room > 0 && pool.free() > 0; room--) {
      int slot = pool.claim();
      if (slot == BufferPool.NONE) {
        break;
      }
      slab.filler(slot, 0);
      buffers.add(slot);
      given++;
    }
    if (given > 0) {
      buffers.publishTailRelease();
    }
    return given;
  }

  /**
   * Now and then: what the kernel has dropped. SO_RXQ_OVFL would tell with the next datagram, which
   * may not come, and would have to be looked for in each.
   */
  void housekeep() {
    for (int index = 0; index < count; index++) {
      noteDrops(source(active[index]));
    }
  }

  private void noteDrops(RingSource source) {
    long drops = kernel.socketDrops(source.fd());
    if (drops >= 0) {
      source.kernelDrops(drops);
    }
  }

  @Override
  public void onReceived(int receiver, int slot, int bytes) {
    RingSource source = source(receiver);
    source.buffers().taken(slot);
    if (bytes <= 0 || !source.received(slot, bytes)) {
      pool.release(slot);
    } else if (states[receiver] == ARMED) {
      schedule.wake(stream(receiver), nowNs);
    }
  }

  @Override
  public void onEnded(int receiver, int error) {
    if (states[receiver] != ARMED) {
      states[receiver] = OVER;
      return;
    }
    states[receiver] = READY;
    if (error == Errno.ENOBUFS) {
      source(receiver).ranOut();
    } else if (error != 0) { // 0: behind an empty datagram, or where the CQ was full
      source(receiver).failed(error, false);
      armNs[receiver] = nowNs + RETRY_NS;
    }
  }

  /**
   * Ends what a stream has in the kernel, step by step; to be called until it is through.
   *
   * @return whether the kernel has nothing of it: no receive, no slot
   */
  boolean end(Stream stream) {
    int receiver = stream.index();
    if (states[receiver] == UNKNOWN) {
      return true;
    }
    if (states[receiver] == ARMED) {
      states[receiver] = ENDING;
    } else if (states[receiver] == READY) {
      states[receiver] = OVER;
    }
    if (states[receiver] != OVER) {
      return false;
    }
    receives().close(receiver);
    noteDrops(source(receiver));
    source(receiver).buffers().takeBack(pool);
    states[receiver] = UNKNOWN;
    streams[receiver] = null;
    int kept = 0;
    for (int index = 0; index < count; index++) {
      if (active[index] != receiver) {
        active[kept++] = active[index];
      }
    }
    count = kept;
    return true;
  }

  /** The same for all. */
  boolean end() {
    for (int index = count - 1; index >= 0; index--) {
      end(stream(active[index]));
    }
    return count == 0;
  }

  private Stream stream(int receiver) {
    Stream stream = streams[receiver];
    if (stream == null) {
      throw new AssertionError("nobody receives as number " + receiver);
    }
    return stream;
  }

  private RingSource source(int receiver) {
    return (RingSource) stream(receiver).source();
  }

  private Receives receives() {
    if (receives == null) {
      throw new AssertionError("there is no ring");
    }
    return receives;
  }
}
