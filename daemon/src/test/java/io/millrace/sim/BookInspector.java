package io.millrace.sim;

import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.sender.SteppedSender;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import java.util.Arrays;
import java.util.List;

/** The counters say what happened, at any moment. */
final class BookInspector {
  private final SteppedSender sender;
  private final SimTruth truth;
  private final List<SimStream> streams;
  private final RingCounters counters;
  private final long[] pending;

  BookInspector(
      SteppedSender sender,
      SimTruth truth,
      List<SimStream> streams,
      RingCounters counters,
      int targets) {
    this.sender = sender;
    this.truth = truth;
    this.streams = streams;
    this.counters = counters;
    pending = new long[targets];
  }

  void check() {
    findPending();
    for (SimStream simulated : streams) {
      Stream stream = simulated.stream();
      Target[] targets = stream.targets();
      for (int place = 0; place < targets.length; place++) {
        TargetCounters counted = targets[place].counters();
        int index = targets[place].index();
        Violation.unlessEqual(
            counted.datagrams()
                + counted.droppedTotal()
                + pending[index]
                + restOfRun(stream, place),
            stream.counters().offeredDatagrams(),
            "sent + dropped + pending of target",
            index);
        checkOutcomes(simulated.sockets().get(place), counted, index);
      }
    }
    checkRing();
  }

  /** Datagrams that are in the kernel or in the backlog. */
  private void findPending() {
    Arrays.fill(pending, 0);
    for (int request : sender.requests()) {
      pending[sender.target(request)] += sender.datagrams(request);
    }
    for (SimStream simulated : streams) {
      int stride = simulated.stream().strideBytes();
      sender.backlog(
          (slot, target, bytes) -> {
            if (isOf(simulated.stream(), target)) {
              pending[target] += (bytes + stride - 1) / stride;
            }
          });
    }
  }

  private static boolean isOf(Stream stream, int target) {
    int first = stream.targets()[0].index();
    return target >= first && target < first + stream.targets().length;
  }

  /** Datagrams of the current run that the cursor has yet to bring to a target. */
  private static int restOfRun(Stream stream, int place) {
    if (stream.runEnd == stream.runOffset || place < stream.nextTarget) {
      return 0;
    }
    int from = place == stream.nextTarget ? stream.datagramOffset : stream.runOffset;
    return (stream.runEnd - from) / stream.strideBytes();
  }

  private static void checkOutcomes(SimSocket socket, TargetCounters counted, int target) {
    Violation.unlessEqual(
        counted.datagrams(), socket.sentDatagrams, "datagrams sent to target", target);
    Violation.unlessEqual(counted.bytes(), socket.sentBytes, "bytes sent to target", target);
    long failedInAll = 0;
    long droppedInAll = 0;
    for (int reason = 0; reason < DropReason.SLOW.ordinal(); reason++) {
      failedInAll += socket.failedDatagrams[reason];
      droppedInAll += counted.dropped(reason);
      long dropped = counted.dropped(reason);
      long failed = socket.failedDatagrams[reason];
      if (SEND_AGAIN[reason] ? dropped > failed : dropped != failed) {
        throw new Violation(
            "target %d: %d datagrams are dropped for %s, and %d failed so"
                .formatted(target, dropped, DropReason.of(reason).label(), failed));
      }
    }
    if (counted.trainsRefused() == 0) { // what those had is sent again and not counted
      Violation.unlessEqual(
          droppedInAll + counted.resent() + counted.retried(),
          failedInAll,
          "failed datagrams that were dropped or sent again of target",
          target);
    }
  }

  /** What failed so may have been sent again. */
  private static final boolean[] SEND_AGAIN = new boolean[DropReason.count()];

  static {
    for (int errno = 1; errno < 140; errno++) {
      SEND_AGAIN[SteppedSender.reasonOf(errno).ordinal()] |= SteppedSender.mayBeSentAgain(errno);
    }
  }

  private void checkRing() {
    int inFlight = sender.requests().length;
    Violation.unlessEqual(
        counters.requests(), counters.completions() + inFlight, "requests of ring", 0);
    Violation.unlessEqual(counters.completions(), truth.ended, "completions of ring", 0);
    Violation.unlessEqual(counters.cqes(), truth.cqes, "CQEs of ring", 0);
    Violation.unlessEqual(counters.enters(), truth.enters, "enters of ring", 0);
  }

  /** At the end nothing is pending. */
  void checkClosed() {
    for (SimStream simulated : streams) {
      Stream stream = simulated.stream();
      Violation.unless(stream.counters().state().ended(), stream.name() + " has not ended");
      for (Target target : stream.targets()) {
        TargetCounters counted = target.counters();
        Violation.unlessEqual(
            counted.datagrams() + counted.droppedTotal(),
            stream.counters().offeredDatagrams(),
            "at the end, sent + dropped of target",
            target.index());
      }
    }
    Violation.unlessEqual(
        counters.requests(),
        counters.completions() + sender.abandonedRequests(),
        "at the end, requests of ring",
        0);
  }
}
