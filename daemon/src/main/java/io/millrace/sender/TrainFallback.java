package io.millrace.sender;

import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.Target;
import java.util.concurrent.TimeUnit;

/**
 * Takes trains from a target that refuses them, and tries again later. Owned by one SenderThread.
 *
 * <p>A socket's segment size may change only while no request is on its way through it: a train
 * whose socket has forgotten it would leave as one large datagram, and on a route that can't
 * segment a single datagram is refused too while the size is set. So the target is held first: it
 * gets no new request until those in the kernel have ended.
 */
final class TrainFallback {
  static final long FIRST_RETRY_NS = TimeUnit.SECONDS.toNanos(30);
  static final long LONGEST_RETRY_NS = TimeUnit.MINUTES.toNanos(10);

  /** A train that is refused so soon after a retry was refused by what refused the last one. */
  private static final long PROBATION_NS = TimeUnit.SECONDS.toNanos(5);

  private final Kernel kernel;
  private final TargetTable targets;
  private final long[] retryAtNs;
  private final long[] retryAfterNs;

  /** Targets that get singles although their stream has trains. */
  private int fallen;

  TrainFallback(Kernel kernel, TargetTable targets) {
    this.kernel = kernel;
    this.targets = targets;
    retryAtNs = new long[targets.size()];
    retryAfterNs = new long[targets.size()];
  }

  /** The kernel refused a train to this target. */
  void refused(int target, int error, long nowNs) {
    targets.target(target).counters().trainRefused(SendErrorPolicy.reasonOf(error));
    if (targets.isHeld(target, TargetTable.HELD_BY_TRAINS) || targets.trainLength(target) == 1) {
      return; // another one of the same batch
    }
    boolean again = retryAfterNs[target] > 0 && nowNs - retryAtNs[target] < PROBATION_NS;
    retryAfterNs[target] =
        again ? Math.min(2 * retryAfterNs[target], LONGEST_RETRY_NS) : FIRST_RETRY_NS;
    retryAtNs[target] = nowNs + retryAfterNs[target];
    fallen++;
    targets.trainLength(target, 1);
    targets.hold(target, TargetTable.HELD_BY_TRAINS);
  }

  /** A held target has no request in the kernel any more: its socket learns what it is to do. */
  void settle(int target) {
    assert targets.inFlight(target) == 0 : "requests are on their way through this socket";
    Target settled = targets.target(target);
    boolean trains = targets.trainLength(target) > 1;
    int segmentBytes = trains ? targets.stream(target).source().datagramBytes() : 0;
    int result =
        kernel.socketSet(settled.fd(), KernelAbi.SOL_UDP, KernelAbi.UDP_SEGMENT, segmentBytes);
    assert result == 0 : "UDP_SEGMENT = " + segmentBytes + ": " + kernel.errnoName(-result);
    settled.counters().trainLength(targets.trainLength(target));
    targets.release(target, TargetTable.HELD_BY_TRAINS);
  }

  /** A target is new: nothing is known about it, whatever its index stood for before. */
  void added(int target) {
    retryAtNs[target] = 0;
    retryAfterNs[target] = 0;
  }

  /** A target is about to be forgotten, if it is there. */
  void removed(int target) {
    if (targets.has(target)
        && targets.trainLength(target) == 1
        && targets.target(target).longestTrain() > 1) {
      fallen--;
    }
  }

  /** Now and then: gives trains back to targets whose time has come. */
  void retry(long nowNs) {
    if (fallen == 0) {
      return;
    }
    for (int target = 0; target < targets.size(); target++) {
      if (!targets.has(target)) {
        continue;
      }
      int longest = targets.target(target).longestTrain();
      if (longest > 1
          && targets.trainLength(target) == 1
          && !targets.isHeld(target, TargetTable.HELD_BY_TRAINS)
          && nowNs - retryAtNs[target] >= 0) {
        fallen--;
        targets.trainLength(target, longest);
        targets.hold(target, TargetTable.HELD_BY_TRAINS);
        if (targets.inFlight(target) == 0) {
          settle(target);
        }
      }
    }
  }
}
