package io.millrace.sender;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.buffer.Slab;
import io.millrace.counters.RingCounters;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.uring.CompletionMerger;
import io.millrace.uring.CompletionQueue;
import io.millrace.uring.Ring;
import io.millrace.uring.SubmissionQueue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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
  private final RingCounters counters;
  private final WakeUp wakeUp;
  private final MemorySegment wakeUpCount = Arena.ofAuto().allocate(JAVA_LONG);
  private boolean wakeUpArmed;

  private UringEngine(
      Kernel kernel, Ring ring, CompletionMerger merger, RingCounters counters, WakeUp wakeUp) {
    this.kernel = kernel;
    this.ring = ring;
    this.merger = merger;
    this.counters = counters;
    this.wakeUp = wakeUp;
    submissions = ring.submissions();
    completions = ring.completions();
  }

  /**
   * Opens a ring, disabled until {@link #begin}, and registers what it sends and where.
   *
   * @param sockets of the targets, by index, {@link #NO_SOCKET} where there is room for one
   * @throws io.millrace.uring.RingUnavailableException if this machine refuses
   */
  public static UringEngine open(
      Kernel kernel,
      Slab slab,
      int[] sockets,
      Capacities capacities,
      RingCounters counters,
      CompletionMerger.Sink sink) {
    Ring ring = Ring.open(kernel, capacities.sqEntries(), capacities.cqEntries());
    try (Arena arena = Arena.ofConfined()) {
      ring.registerBuffers(slab.vectors(arena), (long) slab.slots() * slab.slotBytes());
      ring.registerFiles(sockets);
      return new UringEngine(
          kernel,
          ring,
          new CompletionMerger(capacities.requests(), sink),
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
  public void sendZc(int target, long address, int bytes, int bufferIndex, int flags, int request) {
    submissions.sendZc(target, address, bytes, bufferIndex, flags, request);
  }

  @Override
  public void flush() {
    if (!wakeUpArmed) {
      armWakeUp();
    }
    if (submissions.pending() > 0 || submissions.taskWorkPending()) {
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
      // again.
      case Errno.EINTR, Errno.EAGAIN, Errno.EBUSY, Errno.ETIME -> {}
      default -> throw new IllegalStateException("io_uring_enter: " + kernel.errnoName(error));
    }
  }

  @Override
  public int reap() {
    int cqes = completions.reap(merger);
    if (cqes > 0) {
      int wakeUps = merger.takeControls();
      counters.reaped(cqes - wakeUps);
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
