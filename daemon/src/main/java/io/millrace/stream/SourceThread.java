package io.millrace.stream;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.counters.SourceCounters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that fills registered slots ahead of the sender and hands them over through a {@link
 * SlotSink}. What it fills them with, subclasses know.
 */
public abstract class SourceThread extends Thread {
  private static final long WAIT_NS = TimeUnit.MICROSECONDS.toNanos(50);

  private final Slab slab;
  private final BufferPool pool;
  private final QueuedSource source;
  private final int readAheadSlots;
  private final SlotSink sink;
  private final SourceCounters counters = new SourceCounters();
  private volatile boolean stopRequested;

  /**
   * A thread, not started.
   *
   * @param readAheadSlots slots that may be filled ahead of the sender; the capacity of {@code
   *     source}
   */
  SourceThread(
      String streamName,
      Slab slab,
      BufferPool pool,
      QueuedSource source,
      int readAheadSlots,
      SlotSink sink) {
    super("reader-" + streamName);
    setDaemon(true);
    this.slab = slab;
    this.pool = pool;
    this.source = source;
    this.readAheadSlots = readAheadSlots;
    this.sink = sink;
  }

  @Override
  public final void run() {
    String failure = null;
    try {
      feed();
    } catch (IOException exception) {
      // Whoever asked for the end may have broken off a call to get it.
      failure = stopRequested ? null : exception.getMessage();
    }
    announceEnd(failure);
  }

  /**
   * Fills slots until there is no more, or the thread is to stop.
   *
   * @throws IOException if the source breaks off; its message is for the log
   */
  abstract void feed() throws IOException;

  /** Lets a call return in which the thread may be stuck; another thread, which doesn't wait. */
  void unblock() {
    // Nothing that this class calls waits for long.
  }

  final boolean isStopRequested() {
    return stopRequested;
  }

  /** What it has read; any thread. */
  public final SourceCounters counters() {
    return counters;
  }

  /** Bytes of a slot that are used: whole datagrams. */
  final int bytesPerSlot() {
    return slab.slotBytes() / source.datagramBytes() * source.datagramBytes();
  }

  /**
   * Claims a slot once the sender has come near enough and one is free; or {@link BufferPool#NONE},
   * when the thread is to stop.
   */
  final int claim() {
    while (!stopRequested) {
      if (counters.slots() - source.taken() < readAheadSlots) {
        int slot = pool.claim();
        if (slot != BufferPool.NONE) {
          slab.filler(slot, 0);
          return slot;
        }
      }
      LockSupport.parkNanos(WAIT_NS);
    }
    return BufferPool.NONE;
  }

  /** A claimed slot's memory. */
  final ByteBuffer memory(int slot) {
    return slab.memory().asSlice(slab.offset(slot), bytesPerSlot()).asByteBuffer();
  }

  /** Gives back a claimed slot that wasn't filled. */
  final void release(int slot) {
    pool.release(slot);
  }

  /** Hands over a claimed slot; it is the sender's from then on. */
  final void handOver(int slot, int bytes) {
    while (!sink.filled(slot, bytes)) {
      if (stopRequested) {
        pool.release(slot);
        return;
      }
      LockSupport.parkNanos(WAIT_NS);
    }
    counters.handedOver(Math.ceilDiv(bytes, source.datagramBytes()), bytes);
  }

  /** Something in the input is worth a line in the log; not often. */
  final void notice(String what) {
    sink.noticed(what);
  }

  private void announceEnd(@Nullable String failure) {
    while (!sink.ended(failure) && !stopRequested) {
      LockSupport.parkNanos(WAIT_NS);
    }
  }

  /** Slots that the sender has not taken yet; any thread. */
  public final long queuedSlots() {
    long taken = source.taken();
    return Math.max(0, counters.slots() - taken);
  }

  /** Makes the thread end soon, if its input lets it; any thread, which doesn't wait. */
  public final void requestStop() {
    stopRequested = true;
    unblock();
  }
}
