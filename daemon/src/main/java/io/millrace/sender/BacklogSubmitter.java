package io.millrace.sender;

import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
import io.millrace.stream.Stream;

/**
 * Sends what waits in the backlog, in trains where the target takes them. What waits for a target
 * whose circuit is open is dropped. Owned by one SenderThread.
 */
final class BacklogSubmitter {
  private final Backlog backlog;
  private final TargetTable targets;
  private final SlotReferences references;
  private final FairShare share;
  private final RequestWriter writer;

  BacklogSubmitter(
      Backlog backlog,
      TargetTable targets,
      SlotReferences references,
      FairShare share,
      RequestWriter writer) {
    this.backlog = backlog;
    this.targets = targets;
    this.references = references;
    this.share = share;
    this.writer = writer;
  }

  /**
   * Writes requests; returns how many.
   *
   * @param budget requests to write at most; the engine has room for them
   */
  int submit(int budget) {
    int left = budget;
    for (int entries = backlog.size(); entries > 0 && left > 0; entries--) {
      int target = backlog.target();
      if (targets.isHeld(target, TargetTable.HELD_BY_CIRCUIT)) {
        Stream stream = targets.stream(target);
        dropFirst(DropReason.CIRCUIT_OPEN);
        if (stream.inFlight == 0 && stream.sourceEnded) {
          CompletionHandler.ended(stream);
        }
        continue;
      }
      if (share.mustWait(target)) {
        backlog.rotate(); // behind others, but no two entries of one target change places
        continue;
      }
      int end = backlog.end();
      Stream stream = targets.stream(target);
      int train = Math.min(stream.trainLength(), targets.trainLength(target));
      left -=
          writer.write(
              stream, backlog.slot(), target, backlog.offset(), end, train, left, backlog.marks());
      if (writer.nextOffset() < end) {
        backlog.advance(writer.nextOffset());
        break;
      }
      // Its requests are in the kernel, so the stream has not ended.
      remove();
    }
    return budget - left;
  }

  /** Ends everything that waits: it is counted as dropped. */
  void abandon() {
    while (backlog.size() > 0) {
      abandonFirst();
    }
  }

  /** The same for what waits for one target. */
  void abandon(int target) {
    for (int entries = backlog.size(); entries > 0; entries--) {
      if (backlog.target() == target) {
        abandonFirst();
      } else {
        backlog.rotate(); // As all entries are looked at, their order stays.
      }
    }
  }

  /** Whether something waits for this target. */
  boolean has(int target) {
    return backlog.waiting(target) > 0;
  }

  private void abandonFirst() {
    dropFirst(DropReason.STOPPED);
  }

  private void dropFirst(DropReason reason) {
    int target = backlog.target();
    int stride = targets.stream(target).strideBytes();
    int missed = (backlog.end() - backlog.offset() + stride - 1) / stride;
    targets.target(target).counters().dropped(reason, missed);
    remove();
  }

  private void remove() {
    Stream stream = targets.stream(backlog.target());
    stream.inFlight--;
    references.release(backlog.slot());
    backlog.remove();
  }
}
