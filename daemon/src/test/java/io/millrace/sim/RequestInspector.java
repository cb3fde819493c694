package io.millrace.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.buffer.Slab;
import io.millrace.counters.CircuitState;
import io.millrace.sender.SteppedSender;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every request that the sender holds to be in the kernel is there: in the submission queue, or
 * taken and not ended as far as the sender can know. And no other. What the kernel reads has not
 * been written to since it was handed over.
 */
final class RequestInspector {
  private final Slab slab;
  private final SteppedSender sender;
  private final SimKernel kernel;
  private final List<SimStream> streams;
  private final int[] perTarget;
  private final int[] waiting;

  RequestInspector(
      Slab slab, SteppedSender sender, SimKernel kernel, List<SimStream> streams, int targets) {
    this.slab = slab;
    this.sender = sender;
    this.kernel = kernel;
    this.streams = streams;
    perTarget = new int[targets];
    waiting = new int[targets];
  }

  void check() {
    int[] requests = sender.requests();
    Arrays.fill(perTarget, 0);
    Arrays.fill(waiting, 0);
    SimTruth truth = kernel.truth();
    int taken = 0;
    for (int request : requests) {
      perTarget[sender.target(request)]++;
      SimSend send = truth.inFlight(request);
      if (send != null) {
        taken++;
        compare(request, send.payload.address(), send.bytes(), send.socket);
      }
    }
    Violation.unlessEqual(
        taken, truth.inFlightCount(), "requests in the kernel that the sender knows, of", 0);
    int queued = checkQueued(truth);
    Violation.unlessEqual(taken + queued, requests.length, "requests in kernel and queue, of", 0);
    for (SimSend send : kernel.live()) {
      send.checkPayload();
    }
    sender.backlog((slot, target, bytes) -> waiting[target]++);
    checkTargets();
  }

  /** SQEs that the kernel has not taken; returns how many are sends. */
  private int checkQueued(SimTruth truth) {
    int sends = 0;
    for (int behind = truth.ring().submitted() - 1; behind >= 0; behind--) {
      MemorySegment sqe = truth.ring().peek(behind);
      long userData = sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_USER_DATA);
      if (userData >= 0) {
        sends++;
        int request = Math.toIntExact(userData);
        if (truth.inFlight(request) != null) {
          throw new Violation("request " + request + " is queued and in the kernel");
        }
        compare(
            request,
            sqe.get(JAVA_LONG, KernelAbi.IO_URING_SQE_ADDR),
            sqe.get(JAVA_INT, KernelAbi.IO_URING_SQE_LEN),
            null);
      }
    }
    return sends;
  }

  private void compare(int request, long address, int bytes, @Nullable SimSocket socket) {
    long expected = slab.address(sender.slot(request)) + sender.offset(request);
    if (address != expected || bytes != sender.end(request) - sender.offset(request)) {
      throw new Violation("request " + request + " is of other bytes than those it is held for");
    }
    if (socket != null && socket != kernel.socket(sender.target(request))) {
      throw new Violation("request " + request + " is to another target than it is held for");
    }
  }

  private void checkTargets() {
    int timers = 0;
    for (SimStream simulated : streams) {
      int inFlight = 0;
      for (var target : simulated.stream().targets()) {
        int index = target.index();
        int count = perTarget[index];
        Violation.unlessEqual(sender.inFlight(index), count, "requests in flight of target", index);
        inFlight += count + waiting[index];
        timers += checkTimer(target.counters().circuit(), index, count);
        if (sender.isHeldForTrains(index)) {
          Violation.unless(count > 0, "a target is held and nothing will let it go");
        } else if (target.longestTrain() > 1) {
          int segment = sender.trainLength(index) > 1 ? simulated.stream().datagramBytes() : 0;
          Violation.unlessEqual(
              kernel.socket(index).segmentBytes, segment, "UDP_SEGMENT of target", index);
        }
      }
      Violation.unlessEqual(
          simulated.stream().inFlight,
          inFlight,
          "requests and waiting runs of stream",
          simulated.stream().index());
    }
    Violation.unlessEqual(
        sender.waitingForTheirTime(), timers, "targets that wait for their time of ring", 0);
  }

  /** Who is held for a while will be let go; returns how many times a target is to be looked at. */
  private int checkTimer(CircuitState circuit, int target, int inFlight) {
    Violation.unless(
        sender.isGivenUp(target) == (circuit != CircuitState.CLOSED),
        "a target is given up and its circuit is " + circuit);
    if (circuit == CircuitState.PROBING || circuit == CircuitState.HALF_OPEN) {
      Violation.unlessEqual(
          inFlight, circuit == CircuitState.PROBING ? 1 : 0, "probes in flight of target", target);
    }
    return (circuit == CircuitState.OPEN ? 1 : 0) + (sender.isHeldForRetry(target) ? 1 : 0);
  }
}
