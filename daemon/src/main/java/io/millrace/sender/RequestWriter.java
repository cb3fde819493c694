package io.millrace.sender;

import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.RingCounters;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;

/**
 * Writes send requests into the engine, and all that is kept about a request with it. Owned by one
 * SenderThread.
 */
final class RequestWriter {
  private final Slab slab;
  private final SlotReferences references;
  private final TargetTable targets;
  private final RequestTable requests;
  private final SendEngine engine;
  private final RingCounters.Op copyingOp;
  private final RingCounters.Op timedOp;
  private final ZeroCopyChoice zeroCopy;
  private final DepartureClock departureClock;
  private final RingCounters counters;
  private int nextOffset;

  RequestWriter(
      Slab slab,
      SlotReferences references,
      TargetTable targets,
      RequestTable requests,
      SendEngine engine,
      ZeroCopyChoice zeroCopy,
      DepartureClock departureClock,
      RingCounters counters) {
    this.slab = slab;
    this.references = references;
    this.targets = targets;
    this.requests = requests;
    this.engine = engine;
    copyingOp = engine.copyingOp();
    timedOp = engine.timedOp();
    this.zeroCopy = zeroCopy;
    this.departureClock = departureClock;
    this.counters = counters;
  }

  /**
   * Sends datagrams of a slot to a target, as far as budget and free requests reach; {@link
   * #nextOffset()} says how far.
   *
   * @param stream that both belong to
   * @param offset of the first of them
   * @param end where the last of them ends, which may be shorter than the others
   * @param train datagrams that a request may carry
   * @param budget requests to write at most; the engine has room for them
   * @param marks that the requests are claimed with; 0 for what is sent for the first time
   * @return requests written
   */
  int write(
      Stream stream, int slot, int target, int offset, int end, int train, int budget, int marks) {
    if (stream.departuresNs() != null) {
      return writeTimed(
          stream, stream.departuresNs(), slot, targets.target(target), offset, end, budget, marks);
    }
    long slotAddress = slab.address(slot);
    int bufferIndex = slab.bufferIndex(slot);
    int stride = stream.strideBytes();
    int step = train * stride;
    // Those of a train lie side by side; a single one may have a gap behind it.
    int most = train == 1 ? stream.datagramBytes() : step;
    int next = offset;
    int wrote = 0;
    int copied = 0;
    while (wrote < budget && next < end) {
      int bytes = Math.min(most, end - next);
      int datagrams = bytes == most ? train : (bytes + stride - 1) / stride;
      int request = requests.claim(slot, target, next, next + bytes, datagrams, marks);
      if (request == RequestTable.NONE) {
        break;
      }
      references.acquireForKernel(slot);
      int flags = zeroCopy.choose(target, bytes);
      if (flags == ZeroCopyChoice.COPY) {
        engine.send(target, slotAddress + next, bytes, request);
        copied++;
      } else {
        if (flags == KernelAbi.IORING_SEND_ZC_REPORT_USAGE) {
          requests.markSample(request);
        }
        engine.sendZc(target, slotAddress + next, bytes, bufferIndex, flags, request);
      }
      wrote++;
      next += step;
    }
    nextOffset = next;
    targets.began(target, wrote);
    stream.inFlight += wrote;
    if (copied > 0) {
      counters.requested(copyingOp, copied);
    }
    if (wrote > copied) {
      counters.requested(RingCounters.Op.SEND_ZC, wrote - copied);
    }
    return wrote;
  }

  /**
   * The same for datagrams that bring their times, one a request. The times are those of the
   * stream's current run; what is sent again, or has waited, is of an earlier one and leaves at
   * once.
   */
  private int writeTimed(
      Stream stream,
      long[] departuresNs,
      int slot,
      Target target,
      int offset,
      int end,
      int budget,
      int marks) {
    int stride = stream.strideBytes();
    boolean ofRun =
        slot == stream.slot && offset >= stream.runOffset && offset < stream.runEnd && marks == 0;
    int next = offset;
    int inRun = (offset - stream.runOffset) / stride;
    int wrote = 0;
    for (; wrote < budget && next < end; next += stride) {
      int bytes = Math.min(stream.datagramBytes(), end - next);
      int request = requests.claim(slot, target.index(), next, next + bytes, 1, marks);
      if (request == RequestTable.NONE) {
        break;
      }
      references.acquireForKernel(slot);
      long dueNs = ofRun ? departuresNs[inRun++] : departureClock.nowNs();
      long departureNs = departureClock.departureNs(target.txTime(), dueNs);
      engine.sendAt(target.index(), slab.address(slot) + next, bytes, departureNs, request);
      wrote++;
    }
    nextOffset = next;
    targets.began(target.index(), wrote);
    stream.inFlight += wrote;
    counters.requested(timedOp, wrote);
    return wrote;
  }

  /**
   * The first datagram that the last {@link #write} left; where it left none, at or behind {@code
   * end}.
   */
  int nextOffset() {
    return nextOffset;
  }
}
