package io.millrace;

import io.millrace.counters.RingCounters;
import io.millrace.metrics.EngineView.RingView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices rings that stand still: a thread that doesn't go round, which even an idle one does ten
 * times a second, or requests in the kernel of which none ends. Has a thread of its own; what it
 * found may be read by any.
 */
final class RingWatchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RingWatchdog.class);

  /** A ring that stands still for so long is in trouble. */
  static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);

  private static final long PERIOD_MS = 1000;

  private final List<Watched> rings;
  private final IntFunction<String> stack;
  private final LongSupplier clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ring-watchdog").factory());
  private volatile List<String> troubles = List.of();
  private volatile long lookedNs;

  /**
   * A watchdog that has not begun.
   *
   * @param stack where the thread of the ring with an index is, for the log
   * @param clock nanoseconds from some point in time
   */
  RingWatchdog(List<RingView> rings, IntFunction<String> stack, LongSupplier clock) {
    this.rings = rings.stream().map(Watched::new).toList();
    this.stack = stack;
    this.clock = clock;
    lookedNs = clock.getAsLong();
  }

  void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            ThreadDeaths.told(this::look), PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  /** What is wrong, a sentence each; empty: nothing. */
  List<String> troubles() {
    return clock.getAsLong() - lookedNs < LIMIT_NS
        ? troubles
        : List.of("the watchdog itself stands still");
  }

  /** Looks at every ring; what is new is logged. */
  void look() {
    long nowNs = clock.getAsLong();
    List<String> found = new ArrayList<>();
    for (Watched ring : rings) {
      String trouble = ring.look(nowNs);
      if (trouble != null) {
        found.add(trouble);
      }
      if (trouble != null && !ring.told) {
        LOG.error("{}: {}, {}", trouble, ring.state(), stack.apply(ring.view.index()));
      } else if (trouble == null && ring.told) {
        LOG.info("ring {}: goes on", ring.view.index());
      }
      ring.told = trouble != null;
    }
    troubles = List.copyOf(found);
    lookedNs = nowNs;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** One ring, and since when it is as it is. */
  private static final class Watched {
    private final RingView view;
    private long cycles = -1;
    private long cyclesSinceNs;
    private long completions = -1;
    private long completionsSinceNs;
    private boolean told;

    Watched(RingView view) {
      this.view = view;
    }

    @Nullable String look(long nowNs) {
      RingCounters counters = view.counters();
      long cyclesNow = counters.cycles();
      if (cyclesNow != cycles) {
        cycles = cyclesNow;
        cyclesSinceNs = nowNs;
      }
      long completionsNow = counters.completions();
      // The clock of an idle ring doesn't run.
      if (completionsNow != completions || counters.inFlight() == 0) {
        completions = completionsNow;
        completionsSinceNs = nowNs;
      }
      if (nowNs - cyclesSinceNs >= LIMIT_NS) {
        return "ring %d: its thread has not gone round for %d s"
            .formatted(view.index(), TimeUnit.NANOSECONDS.toSeconds(nowNs - cyclesSinceNs));
      }
      if (nowNs - completionsSinceNs >= LIMIT_NS) {
        return "ring %d: none of %d requests in the kernel has ended for %d s"
            .formatted(
                view.index(),
                counters.inFlight(),
                TimeUnit.NANOSECONDS.toSeconds(nowNs - completionsSinceNs));
      }
      return null;
    }

    /** For the log. */
    String state() {
      RingCounters counters = view.counters();
      return "%d cycles, %d requests, %d completions, %d CQEs, %d enters, %d CQ overflows, %d of %d slots free"
          .formatted(
              counters.cycles(),
              counters.requests(),
              counters.completions(),
              counters.cqes(),
              counters.enters(),
              counters.cqOverflows(),
              view.pool().free(),
              view.pool().slots());
    }
  }
}
