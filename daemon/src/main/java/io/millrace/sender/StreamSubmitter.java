package io.millrace.sender;

import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
import io.millrace.counters.LatenessHistogram;
import io.millrace.stream.Pacer;
import io.millrace.stream.Source;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;

/** Turns a stream's due datagrams into requests to the engine. Owned by one SenderThread. */
final class StreamSubmitter {
  /**
   * Datagrams that go to one of several targets before the next one has its turn, if so many are
   * due. Sending to another socket misses the cache some dozen times in the kernel; this spreads
   * the misses over a few datagrams.
   */
  private static final int FAN_OUT_RUN = 8;

  /**
   * A target is behind the others of its stream if it has so many runs more in the kernel than
   * another one. Targets that are as fast as each other differ by one or two.
   */
  private static final int BEHIND_RUNS = 2;

  /**
   * Runs that are kept for a target that waits after an error. What it may wait is short, and each
   * is looked at in every cycle.
   */
  private static final int RUNS_KEPT = 16;

  private final SlotReferences references;
  private final TargetTable targets;
  private final FairShare share;
  private final RequestWriter writer;
  private final Backlog backlog;
  private final CircuitBreakers breakers;

  /** Entries of the backlog that the streams may fill; the others are for refused trains. */
  private final int backlogShare;

  StreamSubmitter(
      SlotReferences references,
      TargetTable targets,
      FairShare share,
      RequestWriter writer,
      Backlog backlog,
      CircuitBreakers breakers) {
    this.references = references;
    this.targets = targets;
    this.share = share;
    this.writer = writer;
    this.backlog = backlog;
    this.breakers = breakers;
    backlogShare = backlog.capacity() / 2;
  }

  /** What keeps a stream from going on. */
  enum Outcome {
    /** Nothing but the budget. */
    RAN,
    /** Its pace: the next datagram is not due. */
    PACED,
    /** No free slot or request: a completion will bring one. */
    BLOCKED,
    /**
     * It has no limit, and the circuits of all its targets are open: with runs that go nowhere it
     * would never end its turn.
     */
    GIVEN_UP,
    /** The source has nothing yet, and will say when it has. */
    STARVED,
    /** It was told to pause, and the run that it had begun is on its way to every target. */
    PAUSED,
    /** The source has ended. */
    ENDED
  }

  /** What the last {@link #submit} used of its budget: requests, and runs that were dropped. */
  private int written;

  /** The current run has gone to a target, or waits for one. */
  private boolean reached;

  int written() {
    return written;
  }

  /**
   * Writes requests for what is due.
   *
   * @param epochNs {@code nowNs} on the clock of the epoch
   * @param budget requests to write at most; the engine has room for them
   */
  Outcome submit(Stream stream, long nowNs, long epochNs, int budget) {
    Outcome outcome = Outcome.RAN;
    int left = budget;
    reached = true; // as far as is known of a run that was begun earlier
    while (left > 0) {
      if (stream.runEnd == stream.runOffset) {
        outcome = beginRun(stream, nowNs, epochNs, left);
        if (outcome != Outcome.RAN) {
          break;
        }
      }
      left -= fanOut(stream, left);
      if (stream.nextTarget == stream.targets().length) {
        finishRun(stream);
        if (!reached && stream.pacer().unit() == Pacer.Unit.UNLIMITED) {
          outcome = Outcome.GIVEN_UP;
          break;
        }
      } else if (left > 0) {
        outcome = Outcome.BLOCKED;
        break;
      }
    }
    written = budget - left;
    return outcome;
  }

  /** Takes what is due of the current slot, or of the next one, from the schedule: the next run. */
  private Outcome beginRun(Stream stream, long nowNs, long epochNs, int budget) {
    if (stream.paused) {
      return Outcome.PAUSED;
    }
    Pacer pacer = stream.pacer();
    if (pacer.unit() == Pacer.Unit.SOURCE && stream.slot == Stream.NO_SLOT) {
      // What is due when, only the slot says.
      Outcome outcome = takeSlot(stream, 1, epochNs);
      if (outcome != Outcome.RAN) {
        return outcome;
      }
    }
    if (!pacer.isDue(nowNs)) {
      return Outcome.PACED;
    }
    int datagramBytes = stream.source().datagramBytes();
    int due = pacer.dueDatagrams(nowNs, datagramBytes, longestRun(stream, budget));
    if (stream.slot == Stream.NO_SLOT) {
      Outcome outcome = takeSlot(stream, due, epochNs);
      if (outcome != Outcome.RAN) {
        return outcome;
      }
    }
    if (!stream.started) {
      stream.started = true;
      stream.counters().firstSend(nowNs);
    }
    int offset = stream.runOffset;
    int taken = Math.min(due, stream.datagramsFrom(offset));
    if (pacer.unit() != Pacer.Unit.UNLIMITED) { // without a schedule nothing is late
      taken = takeDue(stream, taken, nowNs);
    }
    stream.counters().offered(taken);
    stream.runEnd = offset + taken * stream.strideBytes();
    stream.datagramOffset = stream.runOffset;
    stream.nextTarget = 0;
    reached = false;
    return Outcome.RAN;
  }

  /** Takes datagrams from the schedule as long as they are due; returns how many. */
  private static int takeDue(Stream stream, int most, long nowNs) {
    Pacer pacer = stream.pacer();
    LatenessHistogram lateness = stream.counters().lateness();
    long[] departuresNs = stream.departuresNs();
    int offset = stream.runOffset;
    int taken = 0;
    do {
      if (departuresNs != null) {
        departuresNs[taken] = pacer.dueNs(nowNs);
      }
      lateness.record(pacer.take(nowNs, stream.datagramBytes(offset)));
      offset += stream.strideBytes();
      taken++;
    } while (taken < most && pacer.isDue(nowNs));
    return taken;
  }

  /**
   * With one target a run is as long as the budget; with more, one train or a few datagrams for
   * each in turn.
   */
  private static int longestRun(Stream stream, int budget) {
    int train = stream.trainLength();
    if (stream.targets().length == 1) {
      return stream.departuresNs() == null
          ? budget * train
          : Math.min(budget, Stream.LONGEST_TIMED_RUN);
    }
    return train > 1 ? train : FAN_OUT_RUN;
  }

  private static Outcome takeSlot(Stream stream, int wanted, long epochNs) {
    Source source = stream.source();
    int slot = source.next(wanted, epochNs);
    if (slot >= 0) {
      stream.slot = slot;
      stream.runOffset = source.payloadBegin();
      stream.runEnd = stream.runOffset;
      stream.payloadEnd = source.payloadBytes();
      stream.followSource();
      return Outcome.RAN;
    }
    return switch (slot) {
      case Source.NOT_READY -> Outcome.STARVED;
      case Source.NO_SLOT -> Outcome.BLOCKED;
      default -> {
        stream.sourceEnded = true;
        stream.sourceFailed = slot == Source.FAILED;
        yield Outcome.ENDED;
      }
    };
  }

  /**
   * Requests for the current run, target by target, as far as budget and free requests reach;
   * returns how much of the budget is used.
   */
  private int fanOut(Stream stream, int budget) {
    Target[] streamTargets = stream.targets();
    int left = budget;
    while (left > 0 && stream.nextTarget < streamTargets.length) {
      int target = streamTargets[stream.nextTarget].index();
      if (share.mustWait(target)) {
        if (breakers.isOpen(target)) {
          giveUp(stream, target);
          left--; // so that a turn has an end
        } else if (passOver(stream, target)) {
          reached = true;
        } else {
          break;
        }
      } else {
        int train = Math.min(stream.trainLength(), targets.trainLength(target));
        int end = stream.runPayloadEnd();
        int wrote =
            writer.write(stream, stream.slot, target, stream.datagramOffset, end, train, left, 0);
        left -= wrote;
        reached = true;
        if (writer.nextOffset() < end) {
          stream.datagramOffset = writer.nextOffset();
          break; // no budget or no free request
        }
      }
      stream.datagramOffset = stream.runOffset;
      stream.nextTarget++;
    }
    return budget - left;
  }

  /** Drops the rest of a run whose target's circuit is open, but for the probe if it is time. */
  private void giveUp(Stream stream, int target) {
    int from = stream.datagramOffset;
    if (breakers.wantsProbe(target)) {
      int end = Math.min(from + stream.datagramBytes(), stream.runPayloadEnd());
      if (writer.write(stream, stream.slot, target, from, end, 1, 1, 0) > 0) {
        breakers.probing(target);
        from += stream.strideBytes();
      }
    }
    int missed = (stream.runEnd - from) / stream.strideBytes();
    targets.target(target).counters().dropped(DropReason.CIRCUIT_OPEN, missed);
  }

  /**
   * Decides what becomes of a run whose target must wait. A stream's only target makes it wait, and
   * so do targets that are all as far behind: then the stream is faster than the link. Otherwise
   * the stream goes on: what a held target misses is put into the backlog, as long as it has room,
   * what a slow one misses is dropped.
   *
   * <p>Where every target must wait, the stream does too: with runs that go nowhere, one without a
   * limit would never end its turn (seed 471 of the simulation: all targets held, backlog full).
   *
   * @return false: the stream waits
   */
  private boolean passOver(Stream stream, int target) {
    if (allMustWait(stream)) {
      return false;
    }
    if (targets.isHeld(target) && hasRoomFor(target)) {
      references.acquire(stream.slot);
      backlog.add(stream.slot, target, stream.datagramOffset, stream.runPayloadEnd(), 0);
      stream.inFlight++;
      return true;
    }
    int behind = BEHIND_RUNS * Math.max(FAN_OUT_RUN, stream.trainLength());
    if (!targets.isHeld(target)
        && !targets.hasAtMostInFlight(stream, targets.inFlight(target) - behind)) {
      return false;
    }
    int missed = (stream.runEnd - stream.datagramOffset) / stream.strideBytes();
    targets.target(target).counters().dropped(DropReason.SLOW, missed);
    return true;
  }

  /** Whether the backlog takes another run for a held target. */
  private boolean hasRoomFor(int target) {
    return backlog.size() < backlogShare
        && (!targets.isHeld(target, TargetTable.HELD_BY_RETRY)
            || backlog.waiting(target) < RUNS_KEPT);
  }

  /**
   * Looks at few: a target that must wait has a request in the kernel, which the ring bounds, or is
   * held.
   */
  private boolean allMustWait(Stream stream) {
    for (Target target : stream.targets()) {
      if (!share.mustWait(target.index())) {
        return false;
      }
    }
    return true;
  }

  private void finishRun(Stream stream) {
    stream.runOffset = stream.runEnd;
    if (stream.runOffset >= stream.payloadEnd) {
      letGo(stream);
    }
  }

  /**
   * Ends a stream where it is: what of the current run has not gone to a target is counted as
   * dropped for it.
   */
  void abandon(Stream stream) {
    if (stream.slot == Stream.NO_SLOT) {
      return;
    }
    abandonRun(stream);
    if (stream.slot != Stream.NO_SLOT) {
      letGo(stream);
    }
  }

  /** The same for the current run alone: the stream may go on behind it. */
  void abandonRun(Stream stream) {
    if (stream.runEnd > stream.runOffset) {
      Target[] streamTargets = stream.targets();
      int offset = stream.datagramOffset;
      for (int target = stream.nextTarget; target < streamTargets.length; target++) {
        int missed = (stream.runEnd - offset) / stream.strideBytes();
        streamTargets[target].counters().dropped(DropReason.STOPPED, missed);
        offset = stream.runOffset;
      }
      finishRun(stream);
    }
  }

  private void letGo(Stream stream) {
    references.release(stream.slot);
    stream.slot = Stream.NO_SLOT;
    stream.runOffset = 0;
    stream.runEnd = 0;
  }
}
