package io.millrace.sender;

import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
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
  private static final int SAMPLE_INTERVAL = 1024;

  private final Slab slab;
  private final SlotReferences references;
  private final RequestTable requests;
  private final SubmissionQueue queue;
  private final SendMode mode;
  private final RingCounters counters;
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
    /** It was told to pause, and the datagram that it had begun is on its way to every target. */
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
    Pacer pacer = stream.pacer();
    Target[] targets = stream.targets();
    int left = budget;
    Outcome outcome = Outcome.RAN;
    while (left > 0) {
      if (stream.nextTarget == 0) {
        if (stream.paused) {
          outcome = Outcome.PAUSED;
          break;
        }
        if (!pacer.isDue(nowNs)) {
          outcome = Outcome.PACED;
          break;
        }
      }
      // Before a datagram is begun: one that is begun without a request for its first target would
      // be begun again.
      if (!requests.hasFree()) {
        outcome = Outcome.BLOCKED;
        break;
      }
      if (stream.nextTarget == 0) {
        if (stream.slot == Stream.NO_SLOT) {
          int wanted = 1 + (left - 1) / targets.length;
          outcome = takeSlot(stream, nowNs, epochNs, wanted);
          if (outcome != Outcome.RAN) {
            break;
          }
        }
        begin(stream, nowNs);
      }
      left -= fanOut(stream, left);
      if (stream.nextTarget == targets.length) {
        finishDatagram(stream);
      }
    }
    written = budget - left;
    return outcome;
  }

  private Outcome takeSlot(Stream stream, long nowNs, long epochNs, int wanted) {
    Source source = stream.source();
    int due = stream.pacer().dueDatagrams(nowNs, source.datagramBytes(), wanted);
    int slot = source.next(due, epochNs);
    if (slot >= 0) {
      stream.slot = slot;
      stream.datagramOffset = 0;
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

  private static void begin(Stream stream, long nowNs) {
    StreamCounters counters = stream.counters();
    if (!stream.started) {
      stream.started = true;
      counters.firstSend(nowNs);
    }
    Pacer pacer = stream.pacer();
    if (pacer.unit() != Pacer.Unit.UNLIMITED) { // without a schedule nothing is late
      counters.lateness().record(pacer.take(nowNs, stream.datagramBytes()));
    }
    counters.offered();
  }

  /**
   * One request for each target that the current datagram has not gone to, as far as budget and
   * requests reach.
   */
  private int fanOut(Stream stream, int budget) {
    Target[] targets = stream.targets();
    int slot = stream.slot;
    int bytes = stream.datagramBytes();
    long address = slab.address(slot) + stream.datagramOffset;
    int bufferIndex = slab.bufferIndex(slot);
    int first = stream.nextTarget;
    int end = Math.min(targets.length, first + budget);
    int next = first;
    for (; next < end; next++) {
      int target = targets[next].index();
      int request = requests.claim(slot, target);
      if (request == RequestTable.NONE) {
        break;
      }
      references.acquireForKernel(slot);
      write(target, address, bytes, bufferIndex, request);
    }
    stream.nextTarget = next;
    stream.inFlight += next - first;
    return next - first;
  }

  private void write(int fileIndex, long address, int bytes, int bufferIndex, int request) {
    if (!mode.zeroCopy()) {
      queue.send(fileIndex, address, bytes, request);
      counters.requested(RingCounters.Op.SEND);
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
    counters.requested(RingCounters.Op.SEND_ZC);
  }

  private void finishDatagram(Stream stream) {
    stream.nextTarget = 0;
    stream.datagramOffset += stream.datagramBytes();
    if (stream.datagramOffset == stream.payloadEnd) {
      letGo(stream);
    }
  }

  /**
   * Ends a stream where it is: targets that the current datagram has not gone to are counted as
   * dropped.
   */
  void abandon(Stream stream) {
    if (stream.slot == Stream.NO_SLOT) {
      return;
    }
    if (stream.nextTarget > 0) {
      Target[] targets = stream.targets();
      for (int target = stream.nextTarget; target < targets.length; target++) {
        targets[target].counters().dropped(DropReason.STOPPED);
      }
      stream.nextTarget = 0;
    }
    letGo(stream);
  }

  private void letGo(Stream stream) {
    references.release(stream.slot);
    stream.slot = Stream.NO_SLOT;
  }
}
