package io.millrace.sender;

import io.millrace.counters.CircuitState;
import io.millrace.counters.DropReason;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Gives up targets for a while that fail again and again, so that they cost the others nothing.
 * Owned by one SenderThread.
 *
 * <p>After {@link #FAILURES} failures in a row a target's circuit is open: it gets no request, and
 * what it is offered is dropped. Then it gets one datagram, the probe. If the kernel takes it the
 * circuit closes, but the next failure within {@link #PROBATION_NS} opens it again for twice as
 * long: that a receiver is still away comes back only after the probe was sent.
 */
final class CircuitBreakers {
  static final int FAILURES = 5;
  static final long FIRST_OPEN_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A receiver that is back gets its datagrams again within this time. */
  static final long LONGEST_OPEN_NS = TimeUnit.MILLISECONDS.toNanos(1600);

  /**
   * Longer than it takes until an ARP request is given up (3 s), and than a Linux host takes to
   * answer a flow of datagrams with another ICMP error (1 s, net.ipv4.icmp_ratelimit).
   */
  static final long PROBATION_NS = TimeUnit.SECONDS.toNanos(5);

  /** For so long everything that is sent finds something full until the target is given up. */
  static final long FULL_NS = TimeUnit.SECONDS.toNanos(1);

  /** With ten thousand open circuits, looking at them costs a hundredth of the time. */
  private static final long LEAST_PASS_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Kernel kernel;
  private final TargetTable targets;
  private final CircuitState[] states;
  private final int[] failures;
  private final long[] failedAtNs;

  /** When the first one in the row was. */
  private final long[] failingSinceNs;

  private final long[] sentAtFailure;
  private final long[] openForNs;
  private final long[] closedAtNs;

  /** Those that are open. */
  private final TimedTargets open;

  CircuitBreakers(Kernel kernel, TargetTable targets) {
    this.kernel = kernel;
    this.targets = targets;
    int count = targets.size();
    states = new CircuitState[count];
    Arrays.fill(states, CircuitState.CLOSED);
    failures = new int[count];
    failedAtNs = new long[count];
    failingSinceNs = new long[count];
    sentAtFailure = new long[count];
    Arrays.fill(sentAtFailure, -1);
    openForNs = new long[count];
    closedAtNs = new long[count];
    open = new TimedTargets(count, LEAST_PASS_NS);
  }

  /**
   * A send to this target failed for reasons of its own. In a row are failures without a success
   * between them.
   *
   * @param full something was full, again and again. A slow link is so, and well
   */
  void failed(int target, DropReason reason, boolean full, long nowNs) {
    long sent = targets.target(target).counters().datagrams();
    count(target, reason, sent == sentAtFailure[target], full ? FULL_NS : 0, nowNs);
    sentAtFailure[target] = sent;
  }

  /**
   * An earlier datagram to this target failed behind the kernel. Those that follow succeed as far
   * as the kernel can say, so in a row are failures that come soon after each other.
   */
  void failedLater(int target, DropReason reason, long nowNs) {
    count(target, reason, nowNs - failedAtNs[target] < PROBATION_NS, 0, nowNs);
    sentAtFailure[target] = targets.target(target).counters().datagrams();
  }

  private void count(int target, DropReason reason, boolean inRow, long leastNs, long nowNs) {
    targets.target(target).counters().lastFailure(reason);
    if (inRow) {
      failures[target]++;
    } else {
      failures[target] = 1;
      failingSinceNs[target] = nowNs;
    }
    failedAtNs[target] = nowNs;
    switch (states[target]) {
      case PROBING -> open(target, nowNs);
      case CLOSED -> {
        boolean onProbation = openForNs[target] > 0 && nowNs - closedAtNs[target] < PROBATION_NS;
        if (!onProbation) {
          openForNs[target] = 0;
        }
        boolean longEnough = nowNs - failingSinceNs[target] >= leastNs;
        if (longEnough && (onProbation || failures[target] >= FAILURES)) {
          open(target, nowNs);
        }
      }
      // It was on its way when the circuit opened.
      case OPEN, HALF_OPEN -> {}
    }
  }

  private void open(int target, long nowNs) {
    openForNs[target] =
        openForNs[target] == 0 ? FIRST_OPEN_NS : Math.min(2 * openForNs[target], LONGEST_OPEN_NS);
    targets.hold(target, TargetTable.HELD_BY_CIRCUIT);
    open.add(target, nowNs + openForNs[target]);
    state(target, CircuitState.OPEN);
    targets.target(target).counters().circuitOpened();
  }

  private void state(int target, CircuitState state) {
    states[target] = state;
    targets.target(target).counters().circuit(state);
  }

  /** Whether what this target is offered is to be dropped, but for a probe. */
  boolean isOpen(int target) {
    return targets.isHeld(target, TargetTable.HELD_BY_CIRCUIT);
  }

  /** Whether this target is to get one request with one datagram. */
  boolean wantsProbe(int target) {
    return states[target] == CircuitState.HALF_OPEN;
  }

  /** The probe is on its way; nothing else is. */
  void probing(int target) {
    assert targets.inFlight(target) == 1 : "the probe is not alone";
    state(target, CircuitState.PROBING);
  }

  boolean isProbing(int target) {
    return states[target] == CircuitState.PROBING;
  }

  /**
   * No request of this target is in the kernel any more: if the probe has not failed, it is well.
   */
  void settle(int target, long nowNs) {
    if (states[target] == CircuitState.PROBING) {
      failures[target] = 0;
      closedAtNs[target] = nowNs;
      targets.release(target, TargetTable.HELD_BY_CIRCUIT);
      state(target, CircuitState.CLOSED);
    }
  }

  /** Lets targets have a probe whose time has come. */
  void step(long nowNs) {
    for (int target = open.poll(nowNs); target != TimedTargets.NONE; target = open.poll(nowNs)) {
      if (targets.inFlight(target) > 0) {
        open.add(target, nowNs + FIRST_OPEN_NS); // The probe must be alone, to be told by its end.
        continue;
      }
      // What has come back for the last datagrams before it opened is not the probe's.
      kernel.socketGet(targets.target(target).fd(), KernelAbi.SOL_SOCKET, KernelAbi.SO_ERROR);
      state(target, CircuitState.HALF_OPEN);
    }
  }

  /** Circuits that wait for their time. */
  int waiting() {
    return open.size();
  }

  long untilNextNs(long nowNs, long mostNs) {
    return open.untilNextNs(nowNs, mostNs);
  }

  /** A target is new: nothing is known about it, whatever its index stood for before. */
  void added(int target) {
    states[target] = CircuitState.CLOSED;
    failures[target] = 0;
    sentAtFailure[target] = -1;
    openForNs[target] = 0;
  }

  /** A target is about to be forgotten. */
  void removed(int target) {
    open.remove(target);
  }
}
