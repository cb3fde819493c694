package io.millrace;

import io.millrace.counters.SendChoice;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what the rings decide about single targets, which they only note in their counters. Has a
 * thread of its own.
 */
final class TargetWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TargetWatch.class);
  private static final long PERIOD_MS = 1000;

  private final List<StreamView> streams;
  private Map<TargetCounters, Watched> watched = new HashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("target-watch").factory());

  /**
   * A watch.
   *
   * @param streams those that there are at any time
   */
  @SuppressWarnings("EI_EXPOSE_REP2")
  TargetWatch(List<StreamView> streams) {
    this.streams = streams;
    watched = watchedNow();
  }

  /** What there is now, as it was at the last look, if it was there. */
  private Map<TargetCounters, Watched> watchedNow() {
    Map<TargetCounters, Watched> now = new HashMap<>();
    for (StreamView stream : streams) {
      for (TargetView target : stream.targets()) {
        Watched known = watched.get(target.counters());
        now.put(
            target.counters(),
            known != null ? known : new Watched(stream.name(), target.label(), target.counters()));
      }
    }
    return now;
  }

  void start() {
    var _ = timer.scheduleWithFixedDelay(this::look, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  /** Logs what has changed since the last look. */
  void look() {
    watched = watchedNow();
    watched.values().forEach(Watched::look);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** One target, and what it was like at the last look. */
  private static final class Watched {
    private final String stream;
    private final String target;
    private final TargetCounters counters;
    private long trainsRefused;

    /** It has been said that it takes no trains; trying again in vain isn't worth a line each. */
    private boolean fallen;

    private SendChoice choice;

    Watched(String stream, String target, TargetCounters counters) {
      this.stream = stream;
      this.target = target;
      this.counters = counters;
      choice = counters.choice();
    }

    void look() {
      int lengthNow = counters.trainLength();
      long refusedNow = counters.trainsRefused();
      if (refusedNow != trainsRefused && lengthNow == 1 && !fallen) {
        fallen = true;
        LOG.warn(
            "stream {}: {} takes no trains ({}): it gets its datagrams one by one, and trains are"
                + " tried again later",
            stream,
            target,
            counters.lastRefusal().label());
      } else if (fallen && lengthNow > 1) {
        fallen = false;
        LOG.info(
            "stream {}: {} gets trains of up to {} datagrams again", stream, target, lengthNow);
      }
      SendChoice choiceNow = counters.choice();
      if (choiceNow != choice && choiceNow != SendChoice.MEASURING) {
        LOG.info(
            "stream {}: {} is sent {} ({})",
            stream,
            target,
            choiceNow.zeroCopy() ? "without copying" : "copies",
            choiceNow.reason());
        choice = choiceNow;
      }
      trainsRefused = refusedNow;
    }
  }
}
