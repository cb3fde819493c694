package io.millrace.sender;

import java.util.concurrent.TimeUnit;

/**
 * Makes targets wait a little for which something was full, a device's queue or the kernel's
 * memory, before they are sent to again. Owned by one SenderThread.
 */
final class RetryDelays {
  /**
   * Doubled with every retry of a datagram: 13 ms in all. Short, because a flow's queue may be: fq
   * gives it 100 packets, which a link of 10 Gbit/s has sent in 0.1 ms.
   */
  static final long FIRST_NS = TimeUnit.MICROSECONDS.toNanos(50);

  private final TargetTable targets;
  private final TimedTargets waiting;

  RetryDelays(TargetTable targets) {
    this.targets = targets;
    waiting = new TimedTargets(targets.size(), FIRST_NS);
  }

  /**
   * A request to this target is to be sent again later. If the target waits already, it waits no
   * longer.
   *
   * @param retries of the request, before this one
   */
  void begin(int target, int retries, long nowNs) {
    if (!targets.isHeld(target, TargetTable.HELD_BY_RETRY)) {
      targets.hold(target, TargetTable.HELD_BY_RETRY);
      waiting.add(target, nowNs + (FIRST_NS << retries));
    }
  }

  /** Lets targets go on whose time has come; returns how many. */
  int step(long nowNs) {
    int released = 0;
    for (int target = waiting.poll(nowNs);
        target != TimedTargets.NONE;
        target = waiting.poll(nowNs)) {
      targets.release(target, TargetTable.HELD_BY_RETRY);
      released++;
    }
    return released;
  }

  int waiting() {
    return waiting.size();
  }

  long untilNextNs(long nowNs, long mostNs) {
    return waiting.untilNextNs(nowNs, mostNs);
  }

  /** A target is about to be forgotten. */
  void removed(int target) {
    waiting.remove(target);
  }
}
