package io.millrace.sender;

import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.Kernel;

/**
 * Does with requests that failed what {@link SendErrorPolicy} decides: their datagrams are put into
 * the backlog, or dropped and counted. Owned by one SenderThread.
 */
final class FailedRequests {
  private final Kernel kernel;
  private final RequestTable requests;
  private final SlotReferences references;
  private final TargetTable targets;
  private final Backlog backlog;
  private final TrainFallback trainFallback;
  private final RetryDelays delays;
  private final CircuitBreakers breakers;

  FailedRequests(
      Kernel kernel,
      RequestTable requests,
      SlotReferences references,
      TargetTable targets,
      Backlog backlog,
      TrainFallback trainFallback) {
    this.kernel = kernel;
    this.requests = requests;
    this.references = references;
    this.targets = targets;
    this.backlog = backlog;
    this.trainFallback = trainFallback;
    delays = new RetryDelays(targets);
    breakers = new CircuitBreakers(kernel, targets);
  }

  CircuitBreakers breakers() {
    return breakers;
  }

  /**
   * A request failed; it is not released yet.
   *
   * @param error positive
   * @throws IllegalStateException if this ends the daemon
   */
  void failed(int request, int target, int error, long nowNs) {
    SendErrorPolicy.Rule rule = SendErrorPolicy.ruleOf(error);
    int marks = requests.marks(request);
    SendErrorPolicy.Decision decision =
        SendErrorPolicy.decide(
            rule,
            targets.segments(target),
            RequestTable.resends(marks),
            RequestTable.retries(marks));
    TargetCounters counters = targets.target(target).counters();
    int datagrams = requests.datagrams(request);
    boolean kept = false;
    switch (decision) {
      case SINGLES -> {
        trainFallback.refused(target, error, nowNs);
        kept = keep(request, target, 0);
      }
      case RESEND -> {
        kept = keep(request, target, RequestTable.markResend(marks));
        if (kept) {
          counters.resent(datagrams);
        }
      }
      case RETRY -> {
        kept = keep(request, target, RequestTable.markRetry(marks));
        if (kept) {
          delays.begin(target, RequestTable.retries(marks), nowNs);
          counters.retried(datagrams);
        }
      }
      case DROP, BREAK -> {}
      case STOP -> throw stop(target, error);
    }
    if (!kept) {
      counters.dropped(rule.reason(), datagrams);
    }
    note(rule, decision, target, nowNs);
  }

  /** What the failure says about the target. The probe has one try, and any failure is one. */
  private void note(
      SendErrorPolicy.Rule rule, SendErrorPolicy.Decision decision, int target, long nowNs) {
    DropReason reason = rule.reason();
    boolean breaks = decision == SendErrorPolicy.Decision.BREAK;
    boolean breaksAfterResends =
        decision == SendErrorPolicy.Decision.RESEND
            && rule.decision() == SendErrorPolicy.Decision.BREAK;
    if (breakers.isProbing(target) || (breaks && !rule.mayBePending())) {
      boolean full = rule.decision() == SendErrorPolicy.Decision.RETRY;
      breakers.failed(target, reason, full, nowNs);
    } else if (breaks || breaksAfterResends) {
      // However often this datagram was sent: others that were sent before the error came back
      // succeeded as far as the kernel could say.
      breakers.failedLater(target, reason, nowNs);
    }
  }

  /** Puts what a request was to send into the backlog; false: it has no room. */
  private boolean keep(int request, int target, int marks) {
    if (breakers.isProbing(target) || backlog.size() == backlog.capacity()) {
      return false;
    }
    int slot = requests.slot(request);
    references.acquire(slot);
    backlog.add(slot, target, requests.offset(request), requests.end(request), marks);
    targets.stream(target).inFlight++;
    return true;
  }

  private IllegalStateException stop(int target, int error) {
    return new IllegalStateException(
        "sending to %s: %s".formatted(targets.target(target).label(), kernel.errnoName(error)));
  }

  /** A target that is held has no request in the kernel any more. */
  void settle(int target, long nowNs) {
    if (targets.isHeld(target, TargetTable.HELD_BY_TRAINS)) {
      trainFallback.settle(target);
    }
    breakers.settle(target, nowNs);
  }

  /** Targets that wait for their time. */
  int waiting() {
    return delays.waiting() + breakers.waiting();
  }

  /** Lets targets go on whose time has come; returns how many may be sent to again. */
  int step(long nowNs) {
    breakers.step(nowNs);
    return delays.step(nowNs);
  }

  /** Nanoseconds until {@link #step} has something to do, at most {@code mostNs}. */
  long untilNextNs(long nowNs, long mostNs) {
    return breakers.untilNextNs(nowNs, delays.untilNextNs(nowNs, mostNs));
  }

  /** A target is new. */
  void added(int target) {
    trainFallback.added(target);
    breakers.added(target);
  }

  /** A target is about to be forgotten. */
  void removed(int target) {
    trainFallback.removed(target);
    delays.removed(target);
    breakers.removed(target);
  }
}
