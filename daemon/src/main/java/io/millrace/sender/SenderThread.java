package io.millrace.sender;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.stream.Stream;
import io.millrace.uring.CompletionMerger;
import io.millrace.uring.CompletionQueue;
import io.millrace.uring.Ring;
import io.millrace.uring.SubmissionQueue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns a ring: pinned to a CPU, it takes commands, fills the submission queue
 * with what is due, enters the kernel once per batch and reaps. Everything else reaches it through
 * its {@link SenderProxy}.
 */
public final class SenderThread extends Thread {
  /** Not pinned. */
  public static final int ANY_CPU = -1;

  /** User data of the read that a wake-up ends; negative, as no request's is. */
  private static final long WAKE_UP = -1;

  private static final long HOUSEKEEPING_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long LONGEST_SLEEP_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long TIMER_SLACK_NS = 1;

  private final int index;
  private final int cpu;
  private final Kernel kernel;
  private final Ring ring;
  private final SubmissionQueue submissions;
  private final CompletionQueue completions;
  private final Stream[] streams;
  private final Schedule schedule;
  private final RequestTable requests;
  private final StreamSubmitter submitter;
  private final BacklogSubmitter backlogSubmitter;
  private final CompletionHandler handler;
  private final CompletionMerger merger;
  private final TrainFallback trainFallback;
  private final ZeroCopyChoice zeroCopy;
  private final CommandQueue commands = new CommandQueue(Capacities.COMMANDS);
  private final CommandHandler commandHandler;
  private final WakeUp wakeUp;
  private final SenderProxy proxy;
  private final IdleStrategy idleStrategy;
  private final int batch;
  private final long drainTimeoutNs;
  private final RingCounters counters;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment wakeUpCount = arena.allocate(JAVA_LONG);
  private final MemorySegment userNs = arena.allocate(JAVA_LONG);
  private final MemorySegment systemNs = arena.allocate(JAVA_LONG);
  private final CompletableFuture<Void> running = new CompletableFuture<>();

  private boolean wakeUpArmed;
  private boolean idled;
  private volatile @Nullable Throwable failure;
  private long nowNs;
  private long lastWorkNs;
  private long nextHousekeepingNs;
  private long epochOffsetNs;
  private int abandonedRequests;

  /**
   * A thread, not started. Its ring is disabled, with the slab and the targets' sockets registered.
   *
   * @param cpu the CPU to run on, or {@link #ANY_CPU}
   * @param streams by index; the targets of all of them together are numbered from 0 without a gap
   * @param drainTimeoutNs how long to wait at the end for what is in flight
   */
  public SenderThread(
      int index,
      int cpu,
      Kernel kernel,
      Ring ring,
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
    this.ring = ring;
    this.streams = streams.clone();
    this.batch = capacities.batch();
    this.idleStrategy = idleStrategy;
    this.drainTimeoutNs = drainTimeoutNs;
    this.counters = counters;
    submissions = ring.submissions();
    completions = ring.completions();
    schedule = new Schedule(streams.length);
    commandHandler = new CommandHandler(this.streams, schedule);
    requests = new RequestTable(capacities.requests());
    TargetTable targets = new TargetTable(this.streams);
    Backlog backlog = new Backlog(capacities.backlog());
    trainFallback = new TrainFallback(kernel, targets);
    zeroCopy = new ZeroCopyChoice(mode, targets, new ZeroCopyTrial(capacities.measurable()));
    FairShare share = new FairShare(targets, requests, pool);
    RequestWriter writer =
        new RequestWriter(slab, references, targets, requests, submissions, zeroCopy, counters);
    submitter = new StreamSubmitter(references, targets, share, writer, backlog);
    backlogSubmitter = new BacklogSubmitter(backlog, targets, references, share, writer);
    handler =
        new CompletionHandler(
            requests, references, targets, backlog, trainFallback, zeroCopy, counters);
    merger = new CompletionMerger(capacities.requests(), handler);
    wakeUp = new WakeUp(kernel);
    proxy = new SenderProxy(commands, wakeUp);
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
    } catch (RuntimeException failure) {
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
    } catch (RuntimeException | AssertionError broken) {
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
    ring.enable();
    armWakeUp();
    nowNs = kernel.nanoTime();
    lastWorkNs = nowNs;
    housekeep();
    for (Stream stream : streams) {
      stream.pacer().reset(nowNs);
      schedule.at(stream, nowNs);
    }
  }

  /**
   * One duty cycle: commands, due datagrams, one enter, completions. Returns how much there was to
   * do.
   */
  int doWork() {
    long lastBeganNs = nowNs;
    nowNs = kernel.nanoTime();
    zeroCopy.cycle(nowNs, idled ? 0 : nowNs - lastBeganNs);
    idled = false;
    if (nowNs - nextHousekeepingNs >= 0) {
      housekeep();
    }
    int work = commands.drain(commandHandler.at(nowNs));
    work += submitDue();
    if (!wakeUpArmed) {
      armWakeUp();
    }
    if (submissions.pending() > 0 || submissions.taskWorkPending()) {
      enter(0, 0);
    }
    work += reap();
    if (work > 0) {
      lastWorkNs = nowNs;
    }
    return work;
  }

  private int submitDue() {
    long now = nowNs;
    schedule.retryBlocked(now);
    int budget = Math.min(batch, submissions.free());
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
    return begun - budget;
  }

  private void enter(int minComplete, long timeoutNs) {
    int result = ring.enter(minComplete, timeoutNs);
    counters.entered();
    if (result < 0) {
      onEnterFailure(-result);
    }
  }

  private void onEnterFailure(int error) {
    switch (error) {
      // The queue is as it was: the next cycle reaps, which frees what the kernel lacks, and enters
      // again.
      case Errno.EINTR, Errno.EAGAIN, Errno.EBUSY, Errno.ETIME -> {}
      default -> throw new IllegalStateException("io_uring_enter: " + kernel.errnoName(error));
    }
  }

  private int reap() {
    handler.at(nowNs);
    int cqes = completions.reap(merger);
    if (cqes > 0) {
      counters.reaped(cqes - merger.takeControls());
      if (handler.takeWoken()) {
        wakeUpArmed = false;
      }
      schedule.unblock();
    }
    return cqes;
  }

  /**
   * Sleeps in the kernel, or doesn't, as the strategy says; completions, commands and the next due
   * datagram end it.
   */
  void idle() {
    idled = true;
    nowNs = kernel.nanoTime();
    long untilDueNs = schedule.untilNextNs(nowNs, LONGEST_SLEEP_NS);
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
      enter(1, sleepNs);
    }
    wakeUp.awake();
  }

  /**
   * Or leaves it for the next cycle, where the kernel has not taken the last batch (EAGAIN) and the
   * queue is full.
   */
  private void armWakeUp() {
    if (submissions.free() > 0) {
      submissions.read(wakeUp.fd(), wakeUpCount.address(), Long.BYTES, WAKE_UP);
      wakeUpArmed = true;
    }
  }

  /**
   * Now and then: the clock of the epoch, which may be stepped, the thread's CPU time, and the CQ's
   * overflow counter.
   */
  void housekeep() {
    nextHousekeepingNs = nowNs + HOUSEKEEPING_NS;
    epochOffsetNs = kernel.realtimeNs() - kernel.nanoTime();
    counters.cqOverflows(completions.overflows());
    trainFallback.retry(nowNs);
    if (kernel.threadCpuTime(userNs, systemNs) >= 0) {
      counters.cpuTime(userNs.get(JAVA_LONG, 0), systemNs.get(JAVA_LONG, 0));
    }
  }

  /** The end: nothing new, and every request in flight gets its outcome, up to the deadline. */
  void drain() {
    nowNs = kernel.nanoTime();
    commands.drain(commandHandler.at(nowNs));
    for (Stream stream : streams) {
      submitter.abandon(stream);
    }
    backlogSubmitter.abandon();
    schedule.clear();
    long deadlineNs = nowNs + drainTimeoutNs;
    while (requests.inFlight() > 0 && nowNs - deadlineNs < 0) {
      enter(1, deadlineNs - nowNs);
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
      if (!stream.counters().state().ended()) {
        stream.counters().state(StreamCounters.State.STOPPED);
      }
    }
  }

  /** Closes the wake-up descriptor; after the thread's end and before its ring is closed. */
  public void close() {
    wakeUp.close();
  }
}
