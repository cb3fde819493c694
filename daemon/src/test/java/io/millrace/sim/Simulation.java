package io.millrace.sim;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.RingCounters;
import io.millrace.sender.Capacities;
import io.millrace.sender.IdleStrategy;
import io.millrace.sender.SendMode;
import io.millrace.sender.SteppedSender;
import io.millrace.shim.Kernel;
import io.millrace.stream.Stream;
import io.millrace.uring.SqPolling;
import java.lang.foreign.Arena;

/**
 * One run: a sender on a simulated kernel, with streams, targets, faults and commands from a seed;
 * everything that must hold is checked after each duty cycle.
 */
final class Simulation {
  private static final int COMBINE_FLAG = 1 << 15;

  /** In quiet times each stream that has not ended gets on within so many steps. */
  private static final int PATIENCE_STEPS = 1500;

  private static final int MOST_CALM_STEPS = 50_000;

  private static final int MOST_CALM_NS = 100_000;

  private final Dice dice;
  private final Tally tally;
  private final Faults faults;
  private final SimClock clock;
  private final SimKernel simulated;
  private final Slab slab;
  private final BufferPool pool;
  private final RingCounters counters = new RingCounters();
  private final Scenario scenario;
  private final SteppedSender sender;
  private final Controls controls;
  private final SlotInspector slots;
  private final RequestInspector requests;
  private final BookInspector books;
  private final SendMode mode;
  private final long meanStepNs;
  private long steps;

  private Simulation(Arena arena, long seed, Tally tally) {
    dice = new Dice(seed);
    this.tally = tally;
    faults = new Faults(dice, tally);
    clock = new SimClock(dice);
    int combineFlag = dice.chance(0.5) ? COMBINE_FLAG : 0;
    boolean polled = dice.chance(0.3);
    simulated = new SimKernel(arena, dice, faults, clock, combineFlag, polled);
    Kernel kernel = simulated.kernel();
    slab = Slab.map(kernel, dice.pick(8, 16, 48), dice.pick(256, 1024), Slab.Pages.BASE);
    pool = new BufferPool(slab.slots());
    SlotReferences references = new SlotReferences(pool);
    scenario = new Scenario(dice, kernel, simulated, slab, pool, references);
    int entries = dice.pick(4, 8, 16, 64);
    Capacities capacities =
        Capacities.of(entries, dice.between(1, entries)).receiving(scenario.receivedCqes());
    mode = polled ? mode(combineFlag).withoutTrials() : mode(combineFlag);
    sender =
        new SteppedSender(
            kernel,
            scenario.descriptors(),
            slab,
            pool,
            references,
            scenario.toStreams(),
            capacities,
            mode,
            polled ? new SqPolling(1, SqPolling.ANY_CPU) : null,
            IdleStrategy.values()[dice.between(0, 2)],
            dice.pick(0, 100_000, 1_000_000_000, 1_000_000_000),
            counters);
    controls = new Controls(dice, faults, scenario.streams());
    int targets = scenario.descriptors().length;
    slots = new SlotInspector(slab, pool, references, sender, scenario.streams(), dice.chance(0.7));
    requests = new RequestInspector(slab, sender, simulated, scenario.streams(), targets);
    books = new BookInspector(sender, simulated.truth(), scenario.streams(), counters, targets);
    meanStepNs = (long) dice.logUniform(100, 10_000_000);
  }

  /**
   * Runs a seed.
   *
   * @throws AssertionError at the first thing that doesn't hold; its message says at which step
   */
  static void run(long seed, Tally tally) {
    try (Arena arena = Arena.ofConfined()) {
      Simulation simulation = new Simulation(arena, seed, tally);
      try {
        simulation.run();
      } catch (RuntimeException | AssertionError broken) {
        throw new AssertionError(
            "seed %d, step %d: %s".formatted(seed, simulation.steps, broken), broken);
      }
    }
  }

  private SendMode mode(int combineFlag) {
    int used = dice.chance(0.8) ? combineFlag : 0;
    return switch (dice.between(0, 4)) {
      case 0 -> SendMode.COPY;
      case 1, 2 -> SendMode.zeroCopy(used);
      default -> SendMode.adaptive(used);
    };
  }

  private void run() {
    sender.begin();
    simulated.others = this::actWhileTheSenderSleeps;
    for (int left = dice.pick(10, 60, 150, 300); left > 0; left--) {
      step();
    }
    if (dice.chance(0.5)) {
      calm();
    }
    stop();
    tally.seeds++;
    tally.seedsByMode[SeedMode.of(mode).ordinal()]++;
    tally.steps += steps;
    tally.requests += simulated.truth().taken;
    tally.cqes += simulated.truth().cqes;
    tally.commands += controls.given();
  }

  private void step() {
    steps++;
    if (faults.calm) {
      clock.advance(dice.between(0, MOST_CALM_NS)); // so that what was put off has its time
    }
    clock.advance((long) (meanStepNs * dice.logUniform(0.1, 10)));
    if (dice.chance(0.003)) {
      clock.advance((long) dice.logUniform(1e8, 1e12)); // what is looked at again after minutes
    }
    simulated.pass();
    feed();
    controls.step(sender.proxy());
    sender.step();
    check();
  }

  private void feed() {
    for (SimStream stream : scenario.streams()) {
      if (stream.feeder() != null) {
        stream.feeder().step(sender.proxy(), faults.calm);
      }
    }
  }

  private void actWhileTheSenderSleeps() {
    int signals = simulated.signals();
    if (controls.step(sender.proxy())) {
      faults.note(Fault.COMMAND_IN_SLEEP);
      Violation.unless(simulated.signals() > signals, "a command wakes the sleeping sender");
    }
    feed();
  }

  private void check() {
    simulated.truth().notice();
    requests.check();
    slots.check();
    books.check();
  }

  /** No fault any more, and nobody holds a stream up: whatever is finite ends. */
  private void calm() {
    faults.calm = true;
    controls.release(sender.proxy());
    long mostSteps = steps + MOST_CALM_STEPS;
    for (SimStream stream : scenario.streams()) {
      long offered = -1;
      long waiting = 0;
      for (int patience = PATIENCE_STEPS; !isThrough(stream, offered); patience--) {
        long offeredNow = stream.stream().counters().offeredDatagrams();
        long waitingNow = bytesInBacklog();
        // The backlog goes first: that of a train of 64 takes 64 requests, of a batch of 1.
        if (offeredNow != offered || waitingNow != waiting) {
          patience = PATIENCE_STEPS;
        }
        waiting = waitingNow;
        if (offered < 0 || stream.finite()) {
          offered = offeredNow;
        }
        if (patience == 0 || steps > mostSteps) {
          throw new Violation(describe(stream.stream()) + " doesn't get on");
        }
        step();
      }
    }
  }

  private long bytesInBacklog() {
    long[] sum = {0};
    sender.backlog((slot, target, bytes) -> sum[0] += bytes);
    return sum[0];
  }

  private static boolean isThrough(SimStream stream, long offered) {
    return stream.finite()
        ? stream.stream().counters().state().ended()
        : offered >= 0 && stream.stream().counters().offeredDatagrams() > offered;
  }

  private String describe(Stream stream) {
    return "%s of %d (%s, %s; slot %d, %d in flight, target %d of %d, heap %d) with %d slots free"
        .formatted(
            stream.name(),
            scenario.streams().size(),
            stream.source().getClass().getSimpleName(),
            stream.counters().state(),
            stream.slot,
            stream.inFlight,
            stream.nextTarget,
            stream.targets().length,
            stream.heapIndex,
            pool.free());
  }

  private void stop() {
    simulated.others = null;
    for (SimStream stream : scenario.streams()) {
      if (stream.feeder() != null) {
        stream.feeder().close();
      }
    }
    sender.stop();
    simulated.truth().notice();
    requests.check();
    slots.check();
    int abandoned = sender.abandonedRequests();
    boolean received = simulated.receives().isIdle();
    if (abandoned == 0) {
      books.check();
    }
    books.checkClosed();
    sender.close();
    for (SimStream stream : scenario.streams()) {
      stream.stream().source().close();
      tally.datagrams += stream.stream().counters().offeredDatagrams() * stream.sockets().size();
    }
    if (abandoned == 0 && received) {
      Violation.unlessEqual(pool.free(), pool.slots(), "at the end, free slots of ring", 0);
    }
    slab.close();
  }
}
