package io.millrace.sim;

import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The sends in the kernel, and when each gets further: first its result, then the end of its
 * buffer's use. In any order; one request's two CQEs have others' between them.
 */
final class SimSends {
  private static final int KNOWN_FLAGS =
      KernelAbi.IORING_RECVSEND_FIXED_BUF | KernelAbi.IORING_SEND_ZC_REPORT_USAGE;

  private final Dice dice;
  private final Faults faults;
  private final SimRing ring;

  /** The kernel knows the combined mode by this flag; 0: it doesn't. */
  private final int combineFlag;

  private final boolean cqMayOverflow;

  /** By a thread, which runs what is ready itself. */
  private final boolean polled;

  // How fast things go in this run.
  private final double atOnce;
  private final double resultChance;
  private final double notificationChance;
  private final int mostPerEnter;

  /** Whose last CQE is not posted. */
  private final List<SimSend> live = new ArrayList<>();

  private final List<SimSend> ready = new ArrayList<>();

  /** Whether something else than a send can get further. */
  BooleanSupplier alsoReady = () -> false;

  SimSends(
      Dice dice,
      Faults faults,
      SimRing ring,
      int combineFlag,
      boolean cqMayOverflow,
      boolean polled) {
    this.dice = dice;
    this.faults = faults;
    this.ring = ring;
    this.combineFlag = combineFlag;
    this.cqMayOverflow = cqMayOverflow;
    this.polled = polled;
    atOnce = dice.pick(0.0, 0.5, 0.95, 1.0);
    resultChance = dice.pick(1.0, 0.7, 0.3, 0.05);
    notificationChance = dice.pick(1.0, 0.7, 0.3, 0.1, 0.03);
    mostPerEnter = dice.pick(1, 4, 20, 20, Integer.MAX_VALUE);
  }

  void take(SimSend send) {
    if (!send.isZeroCopy()) {
      Violation.unless(send.ioprio == 0, "a plain send with flags");
    } else {
      Violation.unless(
          (send.ioprio & ~(KNOWN_FLAGS | combineFlag)) == 0, "the kernel doesn't know the flags");
      Violation.unless(
          send.has(KernelAbi.IORING_RECVSEND_FIXED_BUF), "zero copy without a registered buffer");
      Violation.unless(
          !isCombined(send) || !send.has(KernelAbi.IORING_SEND_ZC_REPORT_USAGE),
          "both want the notification's res");
    }
    live.add(send);
    if (!send.socket.stuck && dice.chance(atOnce)) {
      advance(send);
    }
  }

  private boolean isCombined(SimSend send) {
    return combineFlag != 0 && send.has(combineFlag);
  }

  /** Between two calls: packets leave, and the ring's owner is to be told at its next enter. */
  void pass() {
    for (SimSend send : live) {
      double chance = send.decided ? notificationChance : resultChance;
      if (!send.isReady && !send.socket.stuck && (faults.calm || dice.chance(chance))) {
        send.isReady = true;
        ready.add(ready.isEmpty() ? 0 : dice.between(0, ready.size()), send);
      }
    }
    tellOwner();
  }

  /** The flag that a thread which polls has no use for. */
  private void tellOwner() {
    if (!polled) {
      ring.completionsWait(anyReady());
    }
  }

  /** Whether something can get further. */
  boolean anyReady() {
    return !ready.isEmpty() || alsoReady.getAsBoolean();
  }

  /** Posts CQEs of what is ready. */
  void run() {
    int most = faults.calm ? ready.size() : Math.min(mostPerEnter, ready.size());
    for (int left = most; left > 0; left--) {
      SimSend send = ready.removeLast();
      send.isReady = false;
      advance(send);
    }
    tellOwner();
  }

  private void advance(SimSend send) {
    send.checkPayload();
    if (send.decided) {
      end(send, isCombined(send) ? send.result : usage(send), KernelAbi.IORING_CQE_F_NOTIF);
      return;
    }
    send.decided = true;
    if (faults.strikes(Fault.REFUSED_EARLY)) {
      send.refusedEarly = true;
      int error = dice.pick(Errno.ENOMEM, Errno.ECANCELED, Errno.EINVAL);
      send.socket.refused(error);
      send.result = -error;
    } else {
      send.result = send.socket.send(send.payload);
    }
    if (!send.isZeroCopy() || send.refusedEarly) {
      end(send, send.result, 0);
    } else if (!isCombined(send)) {
      post(send, send.result, KernelAbi.IORING_CQE_F_MORE, false);
    }
  }

  private static int usage(SimSend send) {
    boolean copied = send.has(KernelAbi.IORING_SEND_ZC_REPORT_USAGE) && send.socket.copies;
    return copied ? KernelAbi.IORING_NOTIF_USAGE_ZC_COPIED : 0;
  }

  private void end(SimSend send, int result, int flags) {
    if (live.getFirst() != send) {
      faults.note(Fault.OVERTAKEN);
    }
    live.remove(send);
    send.ended = true;
    post(send, result, flags, true);
  }

  private void post(SimSend send, int result, int flags, boolean last) {
    post(new SimRing.Cqe(send.request, result, flags, send, last));
  }

  void post(SimRing.Cqe cqe) {
    if (!ring.post(cqe)) {
      Violation.unless(cqMayOverflow, "the CQ overflows, although it is as large as it was to be");
      faults.note(Fault.CQ_OVERFLOW);
    }
  }

  /** Those whose buffers the kernel uses. */
  List<SimSend> live() {
    return live;
  }

  /** The ring is closed: the kernel lets go of everything. */
  void cancelAll() {
    live.clear();
    ready.clear();
  }
}
