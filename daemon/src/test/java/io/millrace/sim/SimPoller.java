package io.millrace.sim;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * The kernel thread of a polled ring (SQPOLL). It takes SQEs at moments of its own, moves the head
 * only when all that it found are issued, and sleeps when there is nothing for it; then it has to
 * be woken.
 */
final class SimPoller {
  private final Dice dice;
  private final Faults faults;
  private final SimRing ring;
  private final SimSends sends;
  private final Consumer<MemorySegment> take;

  /** What else it runs: the ends of reads. */
  private final Runnable others;

  // How it is in this run.
  private final double turnChance;
  private final double sleepChance;
  private final double wakeChance;

  /** SQEs that it found at once and has not issued. */
  private int left;

  /** Those that it has issued, and the head has not passed. */
  private int issued;

  private boolean enabled;
  private boolean asleep;
  private boolean woken;

  SimPoller(
      Dice dice,
      Faults faults,
      SimRing ring,
      SimSends sends,
      Consumer<MemorySegment> take,
      Runnable others) {
    this.dice = dice;
    this.faults = faults;
    this.ring = ring;
    this.sends = sends;
    this.take = take;
    this.others = others;
    turnChance = dice.pick(1.0, 0.5, 0.1, 0.02);
    sleepChance = dice.pick(1.0, 0.3, 0.01);
    wakeChance = dice.pick(1.0, 0.5, 0.1);
  }

  /** The ring may be used from here on. */
  void enable() {
    enabled = true;
    woken = true;
  }

  /** IORING_ENTER_SQ_WAKEUP, or what a request needs done that waits for something. */
  void wake() {
    woken = true;
  }

  /** Time has passed for it: now and then it does something. */
  void pass() {
    if (asleep) {
      if (!woken && sends.anyReady()) {
        woken = true; // by the signal that brings it task work
      }
      if (!woken || !(faults.calm || dice.chance(wakeChance))) {
        return;
      }
      asleep = false;
      ring.pollerSleeps(false);
    }
    woken = false;
    if (faults.calm || dice.chance(turnChance)) {
      turn();
    }
  }

  private void turn() {
    if (left + issued == 0) {
      left = enabled ? ring.submitted() : 0;
    }
    for (int most = dice.chance(0.5) ? left : dice.between(0, left); most > 0; most--) {
      take.accept(ring.peek(0));
      ring.issued();
      left--;
      issued++;
    }
    sends.run();
    others.run();
    if (left > 0) {
      return;
    }
    if (issued > 0 && !faults.calm && dice.chance(0.3)) {
      if (!ring.isCqEmpty()) {
        faults.note(Fault.HEAD_LATE);
      }
      return;
    }
    ring.passIssued();
    issued = 0;
    if (ring.submitted() == 0 && !sends.anyReady() && dice.chance(sleepChance)) {
      faults.note(Fault.POLLER_SLEPT);
      asleep = true;
      ring.pollerSleeps(true);
    }
  }
}
