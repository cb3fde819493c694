package io.millrace.sender;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
import io.millrace.counters.LatenessHistogram;
import io.millrace.counters.RingCounters;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.Pacer;
import io.millrace.stream.Source;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.uring.SubmissionQueue;

/**
 * Turns a stream's due datagrams into requests in the submission queue. Owned by one SenderThread.
 */
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

  /** A target that has this part of the slots is refused more while few are free. */
  private static final int SLOT_SHARE = 2;

  private static final int FEW_SLOTS = 4;

  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private final TargetTable targets;
  private final Backlog backlog;

  /** Entries of the backlog that the streams may fill; the others are for refused trains. */
  private final int backlogShare;

  private final RequestTable requests;
  private final SubmissionQueue queue;
  private final ZeroCopyChoice zeroCopy;
  private final RingCounters counters;

  /** Requests written and not counted yet that the kernel copies. */
  private int copied;

  StreamSubmitter(
      Slab slab,
      BufferPool pool,
      SlotReferences references,
      TargetTable targets,
      Backlog backlog,
      RequestTable requests,
      SubmissionQueue queue,
      ZeroCopyChoice zeroCopy,
      RingCounters counters) {
    this.slab = slab;
    this.pool = pool;
    this.references = references;
    this.targets = targets;
    this.backlog = backlog;
    this.backlogShare = backlog.capacity() / 2;
    this.requests = requests;
    this.queue = queue;
    this.zeroCopy = zeroCopy;
    this.counters = counters;
  }

  /** What keeps a stream from going on. */
  enum Outcome {
    /** Nothing but the budget. */
    RAN,
    /** Its pace: the next datagram is not due. */
    PACED,
    /** No free slot or request: a completion will bring one. */
    BLOCKED,
    /** The source has nothing yet, and will say when it has. */
    STARVED,
    /** It was told to pause, and the run that it had begun is on its way to every target. */
    PAUSED,
    /** The source has ended. */
    ENDED
  }

  /** Requests written by the last {@link #submit}. */
  private int written;

  int written() {
    return written;
  }

  /**
   * Writes requests for what is due.
   *
   * @param epochNs {@code nowNs} on the clock of the epoch
   * @param budget requests to write at most; the submission queue has room for them
   */
  Outcome submit(Stream stream, long nowNs, long epochNs, int budget) {
    Outcome outcome = Outcome.RAN;
    int left = budget;
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
    return Outcome.RAN;
  }

  /** Takes datagrams from the schedule as long as they are due; returns how many. */
  private static int takeDue(Stream stream, int most, long nowNs) {
    Pacer pacer = stream.pacer();
    LatenessHistogram lateness = stream.counters().lateness();
    int offset = stream.runOffset;
    int taken = 0;
    do {
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
      return budget * train;
    }
    return train > 1 ? train : FAN_OUT_RUN;
  }

  private static Outcome takeSlot(Stream stream, int wanted, long epochNs) {
    Source source = stream.source();
    int slot = source.next(wanted, epochNs);
    if (slot >= 0) {
      stream.slot = slot;
      stream.runOffset = 0;
      stream.runEnd = 0;
      stream.payloadEnd = source.payloadBytes();
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
   * returns how many.
   */
  private int fanOut(Stream stream, int budget) {
    Target[] streamTargets = stream.targets();
    int left = budget;
    while (left > 0 && stream.nextTarget < streamTargets.length) {
      int target = streamTargets[stream.nextTarget].index();
      if (mustWait(target)) {
        if (!passOver(stream, target)) {
          break;
        }
      } else {
        int train = Math.min(stream.trainLength(), targets.trainLength(target));
        int wrote =
            train > 1
                ? writeTrains(stream, target, train, left)
                : writeSingles(stream, target, left);
        if (wrote == 0) {
          break; // no free request
        }
        targets.began(target, wrote);
        left -= wrote;
        if (stream.datagramOffset < stream.runEnd) {
          continue;
        }
      }
      stream.datagramOffset = stream.runOffset;
      stream.nextTarget++;
    }
    int wrote = budget - left;
    stream.inFlight += wrote;
    count(wrote);
    return wrote;
  }

  /** The datagrams from the cursor to the end of the run, one a request; returns how many. */
  private int writeSingles(Stream stream, int target, int budget) {
    int slot = stream.slot;
    long slotAddress = slab.address(slot);
    int bufferIndex = slab.bufferIndex(slot);
    int runEnd = stream.runEnd;
    int stride = stream.strideBytes();
    int offset = stream.datagramOffset;
    int wrote = 0;
    while (wrote < budget && offset != runEnd) {
      int bytes = stream.datagramBytes(offset);
      int request = requests.claim(slot, target, offset, offset + bytes, 1);
      if (request == RequestTable.NONE) {
        break;
      }
      references.acquireForKernel(slot);
      write(target, slotAddress + offset, bytes, bufferIndex, request);
      wrote++;
      offset += stride;
    }
    stream.datagramOffset = offset;
    return wrote;
  }

  /** The same, up to {@code train} datagrams a request; returns how many requests. */
  private int writeTrains(Stream stream, int target, int train, int budget) {
    int slot = stream.slot;
    long slotAddress = slab.address(slot);
    int bufferIndex = slab.bufferIndex(slot);
    int runEnd = stream.runEnd;
    int payloadEnd = stream.payloadEnd;
    int datagramBytes = stream.strideBytes();
    int trainBytes = train * datagramBytes;
    int offset = stream.datagramOffset;
    int wrote = 0;
    while (wrote < budget && offset != runEnd) {
      int next = Math.min(offset + trainBytes, runEnd);
      int datagrams = next - offset == trainBytes ? train : (next - offset) / datagramBytes;
      int end = Math.min(next, payloadEnd); // the last datagram may be shorter
      int request = requests.claim(slot, target, offset, end, datagrams);
      if (request == RequestTable.NONE) {
        break;
      }
      references.acquireForKernel(slot);
      write(target, slotAddress + offset, end - offset, bufferIndex, request);
      wrote++;
      offset = next;
    }
    stream.datagramOffset = offset;
    return wrote;
  }

  /**
   * Whether a target gets no request now: its socket is being changed, or it has its share of what
   * the ring has to give. The share is a dynamic threshold (Choudhury and Hahne, 1998): as many
   * requests as are left for all others. One hog gets half of them, two a third each, and what
   * there is for the others is never nothing.
   */
  private boolean mustWait(int target) {
    int inFlight = targets.inFlight(target);
    return inFlight > requests.available()
        || targets.isHeld(target)
        || (inFlight > pool.slots() / SLOT_SHARE && pool.free() < pool.slots() / FEW_SLOTS);
  }

  /**
   * Decides what becomes of a run whose target must wait. A stream's only target makes it wait, and
   * so do targets that are all as far behind: then the stream is faster than the link. Otherwise
   * the stream goes on: what a held target misses is put into the backlog, as long as it has room,
   * what a slow one misses is dropped.
   *
   * @return false: the stream waits
   */
  private boolean passOver(Stream stream, int target) {
    if (stream.targets().length == 1) {
      return false;
    }
    int end = Math.min(stream.runEnd, stream.payloadEnd);
    if (targets.isHeld(target) && backlog.size() < backlogShare) {
      references.acquire(stream.slot);
      backlog.add(stream.slot, target, stream.datagramOffset, end);
      stream.inFlight++;
      return true;
    }
    int behind = targets.inFlight(target) - targets.fewestInFlight(stream);
    if (!targets.isHeld(target)
        && behind < BEHIND_RUNS * Math.max(FAN_OUT_RUN, stream.trainLength())) {
      return false;
    }
    int missed = (stream.runEnd - stream.datagramOffset) / stream.strideBytes();
    targets.target(target).counters().dropped(DropReason.SLOW, missed);
    return true;
  }

  /**
   * Requests for what waits in the backlog, one datagram each; returns how many.
   *
   * @param budget requests to write at most; the submission queue has room for them
   */
  int submitBacklog(int budget) {
    int left = budget;
    for (int entries = backlog.size(); entries > 0 && left > 0; entries--) {
      int target = backlog.target();
      if (mustWait(target)) {
        backlog.rotate(); // behind others, but no two entries of one target change places
        continue;
      }
      Stream stream = targets.stream(target);
      int slot = backlog.slot();
      int offset = backlog.offset();
      int end = backlog.end();
      int wrote = 0;
      while (wrote < left && offset < end) {
        int bytes = Math.min(stream.strideBytes(), end - offset);
        int request = requests.claim(slot, target, offset, offset + bytes, 1);
        if (request == RequestTable.NONE) {
          break;
        }
        references.acquireForKernel(slot);
        write(target, slab.address(slot) + offset, bytes, slab.bufferIndex(slot), request);
        wrote++;
        offset += bytes;
      }
      targets.began(target, wrote);
      stream.inFlight += wrote;
      left -= wrote;
      if (offset < end) {
        backlog.advance(offset);
        break;
      }
      // Its requests are in flight, so the stream has not ended.
      stream.inFlight--;
      references.release(slot);
      backlog.remove();
    }
    int wrote = budget - left;
    count(wrote);
    return wrote;
  }

  private void write(int target, long address, int bytes, int bufferIndex, int request) {
    int flags = zeroCopy.choose(target, bytes);
    if (flags == ZeroCopyChoice.COPY) {
      copied++;
      queue.send(target, address, bytes, request);
      return;
    }
    if (flags == KernelAbi.IORING_SEND_ZC_REPORT_USAGE) {
      requests.markSample(request);
    }
    queue.sendZc(target, address, bytes, bufferIndex, flags, request);
  }

  private void count(int wrote) {
    if (wrote > copied) {
      counters.requested(RingCounters.Op.SEND_ZC, wrote - copied);
    }
    if (copied > 0) {
      counters.requested(RingCounters.Op.SEND, copied);
      copied = 0;
    }
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
    if (stream.runEnd > stream.runOffset) {
      Target[] streamTargets = stream.targets();
      int offset = stream.datagramOffset;
      for (int target = stream.nextTarget; target < streamTargets.length; target++) {
        int missed = (stream.runEnd - offset) / stream.strideBytes();
        streamTargets[target].counters().dropped(DropReason.STOPPED, missed);
        offset = stream.runOffset;
      }
    }
    letGo(stream);
  }

  private void letGo(Stream stream) {
    references.release(stream.slot);
    stream.slot = Stream.NO_SLOT;
    stream.runOffset = 0;
    stream.runEnd = 0;
  }

  /** Ends everything that waits in the backlog: it is counted as dropped. */
  void abandonBacklog() {
    while (backlog.size() > 0) {
      int target = backlog.target();
      Stream stream = targets.stream(target);
      int stride = stream.strideBytes();
      int missed = (backlog.end() - backlog.offset() + stride - 1) / stride;
      targets.target(target).counters().dropped(DropReason.STOPPED, missed);
      stream.inFlight--;
      references.release(backlog.slot());
      backlog.remove();
    }
  }
}
