package io.millrace.sender;

import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.stream.Stream;
import io.millrace.uring.CompletionMerger;

/**
 * Ends requests: counts their outcome, lets go of their slot, and notes when a stream is through.
 * Owned by one SenderThread.
 */
final class CompletionHandler implements CompletionMerger.Sink {
  private final RequestTable requests;
  private final SlotReferences references;
  private final TargetTable targets;
  private final FailedRequests failures;
  private final ZeroCopyChoice zeroCopy;
  private final RingCounters counters;
  private long nowNs;

  CompletionHandler(
      RequestTable requests,
      SlotReferences references,
      TargetTable targets,
      FailedRequests failures,
      ZeroCopyChoice zeroCopy,
      RingCounters counters) {
    this.requests = requests;
    this.references = references;
    this.targets = targets;
    this.failures = failures;
    this.zeroCopy = zeroCopy;
    this.counters = counters;
  }

  /** The time that completions are noted with from here on. */
  void at(long newNowNs) {
    nowNs = newNowNs;
  }

  @Override
  public void onCompletion(int request, int result, CompletionMerger.Form form, boolean copied) {
    int target = requests.target(request);
    int slot = requests.slot(request);
    TargetCounters targetCounters = targets.target(target).counters();
    Stream stream = targets.stream(target);
    if (result >= 0) {
      targetCounters.sent(requests.datagrams(request), result);
      if (requests.isSample(request)) {
        zeroCopy.sampled(target, copied);
      }
    } else {
      failures.failed(request, target, -result, nowNs);
    }
    requests.release(request);
    references.releaseFromKernel(slot);
    if (targets.ended(target) == 0 && targets.isHeld(target)) {
      failures.settle(target, nowNs);
    }
    stream.counters().lastCompletion(nowNs);
    if (--stream.inFlight == 0 && stream.sourceEnded) {
      ended(stream);
    }
    if (copied) {
      counters.copied();
    }
    counters.completed(modeOf(form));
  }

  /**
   * Comparisons, not a switch: inlined into the merger, where the form is a constant, they vanish.
   */
  private static RingCounters.Mode modeOf(CompletionMerger.Form form) {
    if (form == CompletionMerger.Form.PAIRED) {
      return RingCounters.Mode.PAIRED;
    }
    return form == CompletionMerger.Form.COMBINED
        ? RingCounters.Mode.COMBINED
        : RingCounters.Mode.SINGLE;
  }

  /**
   * The thread ends without the outcome of a request, which stays in flight for the books of the
   * ring.
   */
  void cancelled(int request) {
    targets
        .target(requests.target(request))
        .counters()
        .dropped(DropReason.STOPPED, requests.datagrams(request));
  }

  /** A stream has sent everything and every request of it has its outcome. */
  static void ended(Stream stream) {
    stream
        .counters()
        .state(stream.sourceFailed ? StreamCounters.State.FAILED : StreamCounters.State.FINISHED);
  }

  @Override
  public void onControl(long userData, int result) {
    // The read of the wake-up has ended: its engine sees that by the merger's count.
  }
}
