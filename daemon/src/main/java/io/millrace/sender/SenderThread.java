package io.millrace.sender;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.shim.Kernel;
import io.millrace.stream.Stream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns a ring, or what stands for one ({@link SendEngine}): pinned to a CPU, it
 * takes commands, writes requests for what is due, enters the kernel once per batch and reaps.
 * Everything else reaches it through its {@link SenderProxy}.
 */
public final class SenderThread extends Thread {
  /** Not pinned. */
  public static final int ANY_CPU = -1;

  private static final long HOUSEKEEPING_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long LONGEST_SLEEP_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long TIMER_SLACK_NS = 1;

  private final int index;
  private final int cpu;
  private final Kernel kernel;
  private final SendEngine engine;
  private final @Nullable Stream[] streams;
  private final Schedule schedule;
  private final RequestTable requests;
  private final StreamSubmitter submitter;
  private final BacklogSubmitter backlogSubmitter;
  private final CompletionHandler handler;
  private final TrainFallback trainFallback;
  private final FailedRequests failures;
  private final Ingest ingest;
  private final ZeroCopyChoice zeroCopy;
  private final DepartureClock departureClock = new DepartureClock();
  private final CommandQueue commands = new CommandQueue(Capacities.COMMANDS);
  private final LiveChanges liveChanges;
  private final CommandHandler commandHandler;
  private final WakeUp wakeUp;
  private final SenderProxy proxy;
  private final IdleStrategy idleStrategy;
  private final int batch;
  private final long drainTimeoutNs;
  private final RingCounters counters;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment userNs = arena.allocate(JAVA_LONG);
  private final MemorySegment systemNs = arena.allocate(JAVA_LONG);
  private final CompletableFuture<Void> running = new CompletableFuture<>();

  private boolean idled;
  private volatile @Nullable Throwable failure;
  private long nowNs;
  private long lastWorkNs;
  private long nextHousekeepingNs;
  private long epochOffsetNs;
  private int abandonedRequests;

  /**
   * A thread, not started.
   *
   * @param cpu the CPU to run on, or {@link #ANY_CPU}
   * @param streams by index; the targets of all of them together are numbered from 0 without a gap
   * @param drainTimeoutNs how long to wait at the end for what is in flight
   * @throws RuntimeException whatever the opener of the engine throws
   */
  public SenderThread(
      int index,
      int cpu,
      Kernel kernel,
      SendEngine.Opener opener,
      Slab slab,
      BufferPool pool,
      SlotReferences references,
      Stream[] streams,
      Capacities capacities,
      SendMode mode,
      IdleStrategy idleStrategy,
      long drainTimeoutNs,
      RingCounters counters) {
    super("ring-" + index);
    this.index = index;
    this.cpu = cpu;
    this.kernel = kernel;
    this.streams = Arrays.copyOf(streams, Math.max(streams.length, capacities.streams()));
    this.batch = capacities.batch();
    this.idleStrategy = idleStrategy;
    this.drainTimeoutNs = drainTimeoutNs;
    this.counters = counters;
    schedule = new Schedule(this.streams.length);
    requests = new RequestTable(capacities.requests());
    TargetTable targets = new TargetTable(this.streams, capacities.targets());
    Backlog backlog = new Backlog(capacities.backlog(), targets.size());
    trainFallback = new TrainFallback(kernel, targets);
    zeroCopy = new ZeroCopyChoice(mode, targets, new ZeroCopyTrial(capacities.measurable()));
    failures = new FailedRequests(kernel, requests, references, targets, backlog, trainFallback);
    handler = new CompletionHandler(requests, references, targets, failures, zeroCopy, counters);
    engine = opener.open(handler);
    wakeUp = engine.wakeUp();
    FairShare share = new FairShare(targets, requests, pool);
    RequestWriter writer =
        new RequestWriter(
            slab, references, targets, requests, engine, zeroCopy, departureClock, counters);
    submitter =
        new StreamSubmitter(references, targets, share, writer, backlog, failures.breakers());
    backlogSubmitter = new BacklogSubmitter(backlog, targets, references, share, writer);
    proxy = new SenderProxy(commands, wakeUp);
    ingest = new Ingest(kernel, engine.receives(), slab, pool, schedule, this.streams.length);
    liveChanges =
        new LiveChanges(
            this.streams,
            schedule,
            targets,
            zeroCopy,
            failures,
            submitter,
            backlogSubmitter,
            ingest,
            engine,
            proxy.changes());
    commandHandler = new CommandHandler(this.streams, schedule, liveChanges);
  }

  public SenderProxy proxy() {
    return proxy;
  }

  /** Done when the thread runs its duty cycle; failed if it could not begin. */
  public CompletableFuture<Void> running() {
    return running;
  }

  /** What ended the thread before it was told to stop, or null. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Requests that the kernel had not ended when the thread gave up waiting; after its end. */
  public int abandonedRequests() {
    return abandonedRequests;
  }

  @Override
  public void run() {
    try {
      begin();
    } catch (RuntimeException | Error failure) {
      running.completeExceptionally(failure);
      return;
    }
    running.complete(null);
    try {
      while (!proxy.stopRequested()) {
        if (doWork() == 0) {
          idle();
        }
      }
      drain();
      housekeep();
    } catch (RuntimeException | Error broken) {
      failure = broken;
    }
  }

  void begin() {
    try (Arena temporary = Arena.ofConfined()) {
      kernel.threadName(temporary.allocateFrom("ring-" + index));
    }
    if (cpu != ANY_CPU) {
      int pinned = kernel.threadPin(cpu);
      if (pinned < 0) {
        throw new IllegalStateException(
            "pinning ring %d to CPU %d: %s".formatted(index, cpu, kernel.errnoName(-pinned)));
      }
    }
    kernel.threadTimerSlack(TIMER_SLACK_NS);
    engine.begin();
    nowNs = kernel.nanoTime();
    lastWorkNs = nowNs;
    housekeep();
    for (Stream stream : streams) {
      if (stream != null) {
        stream.begin(nowNs);
        schedule.at(stream, stream.pacer().dueNs(nowNs));
        int error = ingest.begin(stream, nowNs);
        if (error != 0) {
          throw new IllegalStateException(
              "stream %s: receiving on its ring: %s"
                  .formatted(stream.name(), kernel.errnoName(error)));
        }
      }
    }
  }

  /**
   * One duty cycle: commands, due datagrams, one enter, completions. Returns how much there was to
   * do.
   */
  int doWork() {
    counters.cycled();
    long lastBeganNs = nowNs;
    nowNs = kernel.nanoTime();
    departureClock.at(nowNs);
    zeroCopy.cycle(nowNs, idled ? 0 : nowNs - lastBeganNs);
    idled = false;
    if (nowNs - nextHousekeepingNs >= 0) {
      housekeep();
    }
    int work = commands.drain(commandHandler.at(nowNs));
    if (liveChanges.pending() > 0) {
      work += liveChanges.step(nowNs);
    }
    if (failures.waiting() > 0 && failures.step(nowNs) > 0) {
      schedule.unblock();
    }
    if (ingest.active() > 0) {
      work += ingest.step(nowNs);
    }
    work += submitDue();
    engine.flush();
    work += reap();
    if (work > 0) {
      lastWorkNs = nowNs;
    }
    return work;
  }

  private int submitDue() {
    long now = nowNs;
    schedule.retryBlocked(now);
    int budget = Math.min(batch, engine.free());
    int begun = budget;
    budget -= backlogSubmitter.submit(budget);
    while (budget > 0 && schedule.isDue(now)) {
      Stream stream = schedule.first();
      StreamSubmitter.Outcome outcome = submitter.submit(stream, now, now + epochOffsetNs, budget);
      budget -= submitter.written();
      schedule.afterTurn(stream, outcome, submitter.written(), now);
      if (outcome == StreamSubmitter.Outcome.ENDED && stream.inFlight == 0) {
        CompletionHandler.ended(stream);
      }
    }
    if (budget < begun) {
      counters.batched();
    }
    return begun - budget;
  }

  private int reap() {
    handler.at(nowNs);
    int ended = engine.reap();
    if (ended > 0) {
      schedule.unblock();
    }
    return ended;
  }

  /**
   * Sleeps in the kernel, or doesn't, as the strategy says; completions, commands and the next due
   * datagram end it.
   */
  void idle() {
    idled = true;
    nowNs = kernel.nanoTime();
    long untilDueNs = schedule.untilNextNs(nowNs, failures.untilNextNs(nowNs, LONGEST_SLEEP_NS));
    if (untilDueNs <= 0) {
      return;
    }
    long sleepNs = idleStrategy.sleepNs(untilDueNs, nowNs - lastWorkNs);
    if (sleepNs <= 0) {
      Thread.onSpinWait();
      return;
    }
    wakeUp.willSleep();
    if (commands.isEmpty() && !proxy.stopRequested()) {
      engine.await(sleepNs);
    }
    wakeUp.awake();
  }

  /**
   * Now and then: the clock of the epoch, which may be stepped, the thread's CPU time, and the CQ's
   * overflow counter.
   */
  void housekeep() {
    nextHousekeepingNs = nowNs + HOUSEKEEPING_NS;
    long taiNs = kernel.taiNs();
    long realtimeNs = kernel.realtimeNs();
    long monotonicNs = kernel.nanoTime();
    departureClock.taiOffset(taiNs - monotonicNs);
    epochOffsetNs = realtimeNs - monotonicNs;
    counters.cqOverflows(engine.overflows());
    trainFallback.retry(nowNs);
    ingest.housekeep();
    if (kernel.threadCpuTime(userNs, systemNs) >= 0) {
      counters.cpuTime(userNs.get(JAVA_LONG, 0), systemNs.get(JAVA_LONG, 0));
    }
  }

  /** The end: nothing new, and every request in flight gets its outcome, up to the deadline. */
  void drain() {
    nowNs = kernel.nanoTime();
    commands.drain(commandHandler.at(nowNs));
    for (Stream stream : streams) {
      if (stream != null) {
        submitter.abandon(stream);
      }
    }
    backlogSubmitter.abandon();
    schedule.clear();
    long deadlineNs = nowNs + drainTimeoutNs;
    while ((!ingest.end() || requests.inFlight() > 0) && nowNs - deadlineNs < 0) {
      ingest.step(nowNs);
      engine.await(deadlineNs - nowNs);
      engine.flush();
      nowNs = kernel.nanoTime();
      reap();
    }
    backlogSubmitter.abandon(); // trains that were refused meanwhile
    // Closing the ring cancels these: their datagrams have not left, as far as anybody can say.
    for (int request : requests.inFlightRequests()) {
      handler.cancelled(request);
      abandonedRequests++;
    }
    for (Stream stream : streams) {
      if (stream != null && !stream.counters().state().ended()) {
        stream.counters().state(StreamCounters.State.STOPPED);
      }
    }
  }

  /** Closes the engine, and with it the wake-up; after the thread's end. */
  public void close() {
    engine.close();
  }
}
