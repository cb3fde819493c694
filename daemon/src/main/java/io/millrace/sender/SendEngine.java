package io.millrace.sender;

import io.millrace.counters.RingCounters;
import io.millrace.uring.CompletionMerger;
import io.millrace.uring.Receives;
import org.jspecify.annotations.Nullable;

/**
 * What a sender thread hands its requests to, and sleeps in: a ring of io_uring, or batches of
 * sendmmsg. Owned by one SenderThread, but for {@link #wakeUp}.
 *
 * <p>A request is written, flushed, and reaped once, when the kernel is done with its payload. A
 * process has one class of engine, so that calls through this interface are direct ones.
 */
public interface SendEngine extends AutoCloseable {
  /** For {@link #socket}: a target's number without a target. */
  int NO_SOCKET = -1;

  /** Makes the engine of a thread that is being made. */
  @FunctionalInterface
  interface Opener {
    /**
     * Opens an engine.
     *
     * @param sink receives every request that ends, inside {@link SendEngine#reap}
     * @throws RuntimeException if this machine doesn't give one; nothing is left open then
     */
    SendEngine open(CompletionMerger.Sink sink);
  }

  /** Wakes a thread that sleeps in {@link #await}; any thread may signal it. */
  WakeUp wakeUp();

  /** What {@link #send} counts as. */
  RingCounters.Op copyingOp();

  /** What {@link #sendAt} counts as. */
  RingCounters.Op timedOp();

  /** What sources receive with that live on the ring; null: there is no ring. */
  default @Nullable Receives receives() {
    return null;
  }

  /** The thread that owns the engine from here on begins. */
  void begin();

  /**
   * Gives a target's number another socket, or none ({@link #NO_SOCKET}); nothing of that target is
   * in the engine.
   *
   * @return 0, or -errno: all is as it was
   */
  int socket(int target, int descriptor);

  /** Requests that can be written now. */
  int free();

  /**
   * Writes a request that sends from a copy. There is room for it.
   *
   * @param target its index
   * @param address of the payload
   * @param request its number, which names it when it ends
   */
  void send(int target, long address, int bytes, int request);

  /**
   * The same for a datagram that brings the time at which it is to leave.
   *
   * @param departureNs on the clock of the target's socket ({@link io.millrace.stream.TxTime})
   */
  void sendAt(int target, long address, int bytes, long departureNs, int request);

  /**
   * Writes a request that sends from registered memory. There is room for it, and the engine's
   * {@link SendMode} is a zero-copy one.
   *
   * @param bufferIndex of the memory
   * @param flags IORING_SEND_ZC_* and the combined mode's
   */
  void sendZc(int target, long address, int bytes, int bufferIndex, int flags, int request);

  /**
   * Hands over what was written, and what can go on, if there is anything, and lets the kernel post
   * what it has. {@link #reap} follows before the next request is written.
   */
  void flush();

  /**
   * Sleeps until a request ends or can go on, somebody wakes the thread, or time has passed. All
   * that was written is flushed and reaped before; {@link #flush} lets go on what can.
   *
   * @param timeoutNs above 0
   */
  void await(long timeoutNs);

  /**
   * Gives every request that has ended to the sink.
   *
   * @return how many there were, and 1 more where a wake-up was among them
   */
  int reap();

  /** Completions that the kernel had no room for. */
  long overflows();

  /** Frees everything, after the thread's end; what is in the kernel is cancelled. */
  @Override
  void close();
}
