package io.millrace.sender;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.shim.Kernel;
import io.millrace.sim.Peek;
import io.millrace.stream.Stream;
import io.millrace.uring.SqPolling;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SenderThread} that isn't started: its duty cycles are called one by one, and what it
 * knows of requests, targets and the backlog can be read between them. The one place that knows how
 * a sender is put together for the simulation.
 */
public final class SteppedSender implements AutoCloseable {
  private final SenderThread thread;
  private final RequestTable requests;
  private final TargetTable targets;
  private final Backlog backlog;
  private final FailedRequests failures;

  public SteppedSender(
      Kernel kernel,
      int[] sockets,
      Slab slab,
      BufferPool pool,
      SlotReferences references,
      Stream[] streams,
      Capacities capacities,
      SendMode mode,
      @Nullable SqPolling polling,
      IdleStrategy idleStrategy,
      long drainTimeoutNs,
      RingCounters counters) {
    thread =
        new SenderThread(
            0,
            SenderThread.ANY_CPU,
            kernel,
            sink -> UringEngine.open(kernel, slab, sockets, capacities, polling, counters, sink),
            slab,
            pool,
            references,
            streams,
            capacities,
            mode,
            idleStrategy,
            drainTimeoutNs,
            counters);
    requests = Peek.find(thread, RequestTable.class);
    targets = Peek.find(thread, TargetTable.class);
    backlog = Peek.find(thread, Backlog.class);
    failures = Peek.find(thread, FailedRequests.class);
  }

  public SenderProxy proxy() {
    return thread.proxy();
  }

  public void begin() {
    thread.begin();
  }

  /** One turn of the loop in {@link SenderThread#run}. */
  public void step() {
    if (thread.doWork() == 0) {
      thread.idle();
    }
  }

  /** What follows that loop. */
  public void stop() {
    thread.proxy().stop();
    thread.drain();
    thread.housekeep();
  }

  public int abandonedRequests() {
    return thread.abandonedRequests();
  }

  @Override
  public void close() {
    thread.close();
  }

  // What it knows.

  /** The requests that it holds to be in the kernel, ascending. */
  public int[] requests() {
    return requests.inFlightRequests();
  }

  public int slot(int request) {
    return requests.slot(request);
  }

  public int target(int request) {
    return requests.target(request);
  }

  public int offset(int request) {
    return requests.offset(request);
  }

  public int end(int request) {
    return requests.end(request);
  }

  public int datagrams(int request) {
    return requests.datagrams(request);
  }

  public int inFlight(int target) {
    return targets.inFlight(target);
  }

  /** It gets no request until those in the kernel have ended. */
  public boolean isHeldForTrains(int target) {
    return targets.isHeld(target, TargetTable.HELD_BY_TRAINS);
  }

  /** It gets no request until some time has passed. */
  public boolean isHeldForRetry(int target) {
    return targets.isHeld(target, TargetTable.HELD_BY_RETRY);
  }

  /** It gets nothing but a probe. */
  public boolean isGivenUp(int target) {
    return targets.isHeld(target, TargetTable.HELD_BY_CIRCUIT);
  }

  /** Targets that something is to happen to at a time. */
  public int waitingForTheirTime() {
    return failures.waiting();
  }

  public int trainLength(int target) {
    return targets.trainLength(target);
  }

  /** A run that waits for its target alone. */
  @FunctionalInterface
  public interface WaitingRun {
    void accept(int slot, int target, int bytes);
  }

  /** What is in the backlog, which is the same afterwards. */
  public void backlog(WaitingRun visitor) {
    for (int entries = backlog.size(); entries > 0; entries--) {
      visitor.accept(backlog.slot(), backlog.target(), backlog.end() - backlog.offset());
      backlog.rotate();
    }
  }

  public static DropReason reasonOf(int error) {
    return SendErrorPolicy.reasonOf(error);
  }

  /** Whether datagrams that failed so may be sent again. */
  public static boolean mayBeSentAgain(int error) {
    SendErrorPolicy.Rule rule = SendErrorPolicy.ruleOf(error);
    return rule.refusesTrains()
        || rule.mayBePending()
        || rule.decision() == SendErrorPolicy.Decision.RETRY;
  }
}
