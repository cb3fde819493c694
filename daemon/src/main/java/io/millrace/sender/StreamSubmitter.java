package io.millrace.sender;

import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
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
  /** One zero-copy request in so many asks the kernel whether it copied after all. */
  static final int SAMPLE_INTERVAL = 1024;

  /**
   * Datagrams that go to one of several targets before the next one has its turn, if so many are
   * due. Sending to another socket misses the cache some dozen times in the kernel; this spreads
   * the misses over a few datagrams.
   */
  private static final int FAN_OUT_RUN = 8;

  private final Slab slab;
  private final SlotReferences references;
  private final RequestTable requests;
  private final SubmissionQueue queue;
  private final SendMode mode;
  private final RingCounters counters;
  private final RingCounters.Op op;
  private int untilSample;

  StreamSubmitter(
      Slab slab,
      SlotReferences references,
      RequestTable requests,
      SubmissionQueue queue,
      SendMode mode,
      RingCounters counters) {
    this.slab = slab;
    this.references = references;
    this.requests = requests;
    this.queue = queue;
    this.mode = mode;
    this.counters = counters;
    op = mode.zeroCopy() ? RingCounters.Op.SEND_ZC : RingCounters.Op.SEND;
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
    for (int datagram = 0; datagram < due && offset < stream.payloadEnd; datagram++) {
      int bytes = stream.datagramBytes(offset);
      if (pacer.unit() != Pacer.Unit.UNLIMITED) { // without a schedule nothing is late
        if (!pacer.isDue(nowNs)) {
          break;
        }
        stream.counters().lateness().record(pacer.take(nowNs, bytes));
      }
      stream.counters().offered();
      offset += stream.strideBytes();
    }
    stream.runEnd = offset;
    stream.datagramOffset = stream.runOffset;
    stream.nextTarget = 0;
    return Outcome.RAN;
  }

  /**
   * With one target a run is as long as the budget; with more, a few datagrams for each in turn.
   */
  private static int longestRun(Stream stream, int budget) {
    return stream.targets().length == 1 ? budget : FAN_OUT_RUN;
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
    Target[] targets = stream.targets();
    int slot = stream.slot;
    long slotAddress = slab.address(slot);
    int bufferIndex = slab.bufferIndex(slot);
    int runOffset = stream.runOffset;
    int runEnd = stream.runEnd;
    int stride = stream.strideBytes();
    int offset = stream.datagramOffset;
    int next = stream.nextTarget;
    int wrote = 0;
    while (wrote < budget && next < targets.length) {
      int target = targets[next].index();
      int request = requests.claim(slot, target);
      if (request == RequestTable.NONE) {
        break;
      }
      int bytes = stream.datagramBytes(offset);
      references.acquireForKernel(slot);
      write(target, slotAddress + offset, bytes, bufferIndex, request);
      wrote++;
      offset += stride;
      if (offset == runEnd) {
        offset = runOffset;
        next++;
      }
    }
    stream.datagramOffset = offset;
    stream.nextTarget = next;
    stream.inFlight += wrote;
    counters.requested(op, wrote);
    return wrote;
  }

  private void write(int fileIndex, long address, int bytes, int bufferIndex, int request) {
    if (!mode.zeroCopy()) {
      queue.send(fileIndex, address, bytes, request);
      return;
    }
    int flags = mode.combineFlag();
    if (--untilSample < 0) {
      // Both want the notification's res, so the kernel refuses them together: the sample goes
      // uncombined.
      flags = KernelAbi.IORING_SEND_ZC_REPORT_USAGE;
      untilSample = SAMPLE_INTERVAL - 1;
    }
    queue.sendZc(fileIndex, address, bytes, bufferIndex, flags, request);
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
      Target[] targets = stream.targets();
      int offset = stream.datagramOffset;
      for (int target = stream.nextTarget; target < targets.length; target++) {
        for (; offset < stream.runEnd; offset += stream.strideBytes()) {
          targets[target].counters().dropped(DropReason.STOPPED);
        }
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
}
