package io.millrace.sender;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.buffer.Slab;
import io.millrace.counters.RingCounters;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.uring.CompletionMerger;
import io.millrace.uring.CompletionQueue;
import io.millrace.uring.Receives;
import io.millrace.uring.Ring;
import io.millrace.uring.SqPolling;
import io.millrace.uring.SubmissionQueue;
import io.millrace.uring.TimedMessages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Sends through a ring of io_uring, where the slab and the targets' sockets are registered. A read
 * of the wake-up's eventfd is always in flight. Owned by one SenderThread.
 */
public final class UringEngine implements SendEngine {
  /** User data of the read that a wake-up ends; negative, as no request's is. */
  private static final long WAKE_UP = -1;

  private final Kernel kernel;
  private final Ring ring;
  private final SubmissionQueue submissions;
  private final CompletionQueue completions;
  private final CompletionMerger merger;
  private final Receives receives;
  private final RingCounters counters;
  private final WakeUp wakeUp;
  private final TimedMessages timedMessages;
  private final MemorySegment wakeUpCount = Arena.ofAuto().allocate(JAVA_LONG);
  private boolean wakeUpArmed;

  private UringEngine(
      Kernel kernel,
      Ring ring,
      CompletionMerger merger,
      Receives receives,
      TimedMessages timedMessages,
      RingCounters counters,
      WakeUp wakeUp) {
    this.kernel = kernel;
    this.ring = ring;
    this.merger = merger;
    this.receives = receives;
    this.timedMessages = timedMessages;
    this.counters = counters;
    this.wakeUp = wakeUp;
    submissions = ring.submissions();
    completions = ring.completions();
  }

  /** Opens a ring whose owner submits. */
  public static UringEngine open(
      Kernel kernel,
      Slab slab,
      int[] sockets,
      Capacities capacities,
      RingCounters counters,
      CompletionMerger.Sink sink) {
    return open(kernel, slab, sockets, capacities, null, counters, sink);
  }

  /**
   * Opens a ring, disabled until {@link #begin}, and registers what it sends and where.
   *
   * @param sockets of the targets, by index, {@link #NO_SOCKET} where there is room for one
   * @param polling by a kernel thread that submits; null: the owner does
   * @throws io.millrace.uring.RingUnavailableException if this machine refuses
   */
  public static UringEngine open(
      Kernel kernel,
      Slab slab,
      int[] sockets,
      Capacities capacities,
      @Nullable SqPolling polling,
      RingCounters counters,
      CompletionMerger.Sink sink) {
    int sqEntries = capacities.sqEntries();
    int cqEntries = capacities.cqEntries();
    Ring ring =
        polling == null
            ? Ring.open(kernel, sqEntries, cqEntries)
            : Ring.openPolled(kernel, sqEntries, cqEntries, polling);
    try (Arena arena = Arena.ofConfined()) {
      ring.registerBuffers(slab.vectors(arena), (long) slab.slots() * slab.slotBytes());
      ring.registerFiles(sockets);
      Receives receives = new Receives(ring);
      return new UringEngine(
          kernel,
          ring,
          new CompletionMerger(capacities.requests(), sink, receives),
          receives,
          new TimedMessages(capacities.requests()),
          counters,
          new WakeUp(kernel));
    } catch (RuntimeException refused) {
      ring.close();
      throw refused;
    }
  }

  @Override
  public WakeUp wakeUp() {
    return wakeUp;
  }

  @Override
  public RingCounters.Op copyingOp() {
    return RingCounters.Op.SEND;
  }

  @Override
  public RingCounters.Op timedOp() {
    return RingCounters.Op.SENDMSG;
  }

  @Override
  public Receives receives() {
    return receives;
  }

  @Override
  public void begin() {
    ring.enable();
    armWakeUp();
  }

  @Override
  public int socket(int target, int descriptor) {
    return ring.updateFile(target, descriptor);
  }

  @Override
  public int free() {
    return submissions.free();
  }

  @Override
  public void send(int target, long address, int bytes, int request) {
    submissions.send(target, address, bytes, request);
  }

  @Override
  public void sendAt(int target, long address, int bytes, long departureNs, int request) {
    long header = timedMessages.write(request, address, bytes, departureNs);
    submissions.sendMessage(target, header, request);
  }

  @Override
  public void sendZc(int target, long address, int bytes, int bufferIndex, int flags, int request) {
    submissions.sendZc(target, address, bytes, bufferIndex, flags, request);
  }

  @Override
  public void flush() {
    if (!wakeUpArmed) {
      armWakeUp();
    }
    if (ring.publish()) {
      enter(0, 0);
    }
  }

  @Override
  public void await(long timeoutNs) {
    enter(1, timeoutNs);
  }

  private void enter(int minComplete, long timeoutNs) {
    int result = ring.enter(minComplete, timeoutNs);
    counters.entered(1);
    if (result < 0) {
      onEnterFailure(-result);
    }
  }

  private void onEnterFailure(int error) {
    switch (error) {
      // The queue is as it was: the next cycle reaps, which frees what the kernel lacks, and enters
      // again. EOWNERDEAD is not among these: the kernel's thread of a polled ring has been killed.
      case Errno.EINTR, Errno.EAGAIN, Errno.EBUSY, Errno.ETIME -> {}
      default -> throw new IllegalStateException("io_uring_enter: " + kernel.errnoName(error));
    }
  }

  @Override
  public int reap() {
    int cqes = completions.reap(merger);
    if (cqes > 0) {
      int wakeUps = merger.takeControls();
      counters.reaped(cqes - wakeUps - receives.takeCqes());
      if (wakeUps > 0) {
        wakeUpArmed = false;
      }
    }
    return cqes;
  }

  /**
   * Or leaves it for the next cycle, where the kernel has not taken the last batch (EAGAIN) and the
   * queue is full.
   */
  private void armWakeUp() {
    if (submissions.free() > 0) {
      submissions.read(wakeUp.fd(), wakeUpCount.address(), Long.BYTES, WAKE_UP);
      wakeUpArmed = true;
    }
  }

  @Override
  public long overflows() {
    return completions.overflows();
  }

  @Override
  public void close() {
    ring.close();
    wakeUp.close();
  }
}
