package io.millrace.sender;

import io.millrace.buffer.BufferPool;

/**
 * How much of a ring one target may have. Owned by one SenderThread.
 *
 * <p>The share is a dynamic threshold (Choudhury and Hahne, 1998): as many requests as are left for
 * all others. One hog gets half of them, two a third each, and what there is for the others is
 * never nothing. It is looked at once for a run, so a batch may go beyond it.
 */
final class FairShare {
  /** A target with this part of the slots is refused more while few are free. */
  private static final int SLOT_SHARE = 2;

  private static final int FEW_SLOTS = 4;

  private final TargetTable targets;
  private final RequestTable requests;
  private final BufferPool pool;

  FairShare(TargetTable targets, RequestTable requests, BufferPool pool) {
    this.targets = targets;
    this.requests = requests;
    this.pool = pool;
  }

  /** Whether a target gets no request now: it has its share, or its socket is being changed. */
  boolean mustWait(int target) {
    int inFlight = targets.inFlight(target);
    return inFlight > requests.available()
        || targets.isHeld(target)
        || (inFlight > pool.slots() / SLOT_SHARE && pool.free() < pool.slots() / FEW_SLOTS);
  }
}
