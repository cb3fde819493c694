package io.millrace.sender;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import io.millrace.stream.Pacer;
import io.millrace.stream.Source;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.uring.CompletionMerger;

/**
 * What a ring keeps about its requests in flight, put together as {@link SenderThread} does, with
 * the one stream and target that the benchmarks send for. Owned by one benchmark thread. Here, and
 * not beside the benchmarks, because the parts are this package's own.
 *
 * <p>{@link #submit} does to the books what {@link RequestWriter} does, and nothing else of it: no
 * payload, no schedule, and of the SQE only the request's number.
 */
public final class RequestBooks {
  /** The product's defaults: rings.entries and rings.batch in reference.conf. */
  private static final Capacities CAPACITIES = Capacities.of(1024, 32);

  /** Datagrams that share a slot: a generator fills one for each batch that it is asked for. */
  private static final int REQUESTS_PER_SLOT = 32;

  private final RequestTable requests = new RequestTable(CAPACITIES.requests());
  private final BufferPool pool = new BufferPool(CAPACITIES.requests());
  private final SlotReferences references = new SlotReferences(pool);
  private final RingCounters counters = new RingCounters();
  private final Target target = new Target(0, "nowhere", -1, 1, new TargetCounters());
  private final Stream stream =
      new Stream(
          0,
          "benchmark",
          new NoSource(),
          Pacer.of(Pacer.Unit.UNLIMITED, 0, 0),
          new Target[] {target},
          new StreamCounters());
  private final TargetTable targets = new TargetTable(new Stream[] {stream});
  private final Kernel kernel = NativeKernel.load();
  private final CompletionHandler handler =
      new CompletionHandler(
          requests,
          references,
          targets,
          new FailedRequests(
              kernel,
              requests,
              references,
              targets,
              new Backlog(CAPACITIES.backlog(), 1),
              new TrainFallback(kernel, targets)),
          new ZeroCopyChoice(
              SendMode.zeroCopy(0), targets, new ZeroCopyTrial(CAPACITIES.measurable())),
          counters);

  /** In place of the user_data of as many SQEs. */
  private final int[] submitted = new int[CAPACITIES.requests()];

  private long nowNs;

  /** Requests that a ring may have in flight. */
  public static int capacity() {
    return CAPACITIES.requests();
  }

  /** CQEs that such a ring's completion queue has room for. */
  public static int cqEntries() {
    return CAPACITIES.cqEntries();
  }

  /** Books so many requests as in the kernel; as many must be free. */
  public void submit(int count) {
    for (int booked = 0; booked < count; ) {
      int slot = pool.claim();
      references.begin(slot);
      int end = Math.min(count, booked + REQUESTS_PER_SLOT);
      for (; booked < end; booked++) {
        submitted[booked] = requests.claim(slot, target.index(), 0, 1, 1, 0);
        references.acquireForKernel(slot);
      }
      references.release(slot);
    }
    stream.inFlight += count;
    targets.began(target.index(), count);
    counters.requested(RingCounters.Op.SEND_ZC, count);
    handler.at(++nowNs);
  }

  /** The number of the request that the last {@link #submit} booked at this position. */
  public int submitted(int position) {
    return submitted[position];
  }

  /** The product's own. */
  public CompletionMerger.Sink handler() {
    return handler;
  }

  /**
   * Throws unless every request has its one outcome, a datagram sent and reported in this mode, and
   * is free again with its slot.
   */
  public void check(RingCounters.Mode mode) {
    long requested = counters.requests();
    boolean balanced =
        requested > 0
            && counters.completions(mode) == requested
            && counters.completions() == requested
            && target.counters().datagrams() == requested
            && requests.inFlight() == 0
            && stream.inFlight == 0
            && pool.free() == pool.slots();
    if (!balanced) {
      throw new IllegalStateException(
          "%,d requests, %,d completions, %,d of them %s, %,d datagrams; %d in flight, %d slots taken"
              .formatted(
                  requested,
                  counters.completions(),
                  counters.completions(mode),
                  mode.label(),
                  target.counters().datagrams(),
                  requests.inFlight(),
                  pool.slots() - pool.free()));
    }
  }

  /** The stream is never asked for a datagram. */
  private static final class NoSource implements Source {
    @Override
    public int next(int wanted, long epochNs) {
      return FINISHED;
    }

    @Override
    public int payloadBytes() {
      return 1;
    }

    @Override
    public int datagramBytes() {
      return 1;
    }

    @Override
    public void close() {}
  }
}
