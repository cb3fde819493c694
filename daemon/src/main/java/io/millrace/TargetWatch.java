package io.millrace;

import io.millrace.counters.CircuitState;
import io.millrace.counters.SendChoice;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import io.millrace.metrics.TargetBooks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs what the rings decide about single targets, which they only note in their counters. Has a
 * thread of its own.
 */
final class TargetWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TargetWatch.class);
  private static final long PERIOD_MS = 1000;

  private final List<StreamView> streams;
  private Map<TargetCounters, Watched> watched = new LinkedHashMap<>();
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
    Map<TargetCounters, Watched> now = new LinkedHashMap<>();
    for (StreamView stream : streams) {
      for (TargetView target : stream.targets()) {
        for (TargetBooks.Part address : target.counters().addresses()) {
          TargetCounters counters = address.counters();
          Watched known = watched.get(counters);
          String text =
              target.name() == null ? target.label() : target.label() + " at " + address.address();
          now.put(counters, known != null ? known : new Watched(stream.name(), text, counters));
        }
      }
    }
    return now;
  }

  void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            ThreadDeaths.told(this::look), PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  /**
   * Logs what has changed since the last look: the same of many targets of a stream in one line.
   */
  void look() {
    watched = watchedNow();
    Map<News, List<String>> news = new LinkedHashMap<>();
    watched
        .values()
        .forEach(
            each ->
                each.look(of -> news.computeIfAbsent(of, _ -> new ArrayList<>()).add(each.target)));
    news.forEach(
        (of, targets) ->
            LOG.atLevel(of.level).log("stream {}: {} {}", of.stream, named(targets), of.text));
  }

  private static String named(List<String> targets) {
    String others = targets.size() == 2 ? "1 other alike" : targets.size() - 1 + " others alike";
    return targets.getFirst() + (targets.size() == 1 ? "" : " (and " + others + ")");
  }

  /**
   * What is said of targets.
   *
   * @param text with the targets as its subject
   */
  private record News(Level level, String stream, String text) {}

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

    private long circuitOpenings;

    /** It has been said that it is given up; probes in vain aren't worth a line each. */
    private boolean givenUp;

    private SendChoice choice;

    Watched(String stream, String target, TargetCounters counters) {
      this.stream = stream;
      this.target = target;
      this.counters = counters;
      choice = counters.choice();
    }

    void look(Consumer<News> news) {
      int lengthNow = counters.trainLength();
      long refusedNow = counters.trainsRefused();
      if (refusedNow != trainsRefused && lengthNow == 1 && !fallen) {
        fallen = true;
        news.accept(
            new News(
                Level.WARN,
                stream,
                "takes no trains (%s): it gets its datagrams one by one, and trains are tried again later"
                    .formatted(counters.lastRefusal().label())));
      } else if (fallen && lengthNow > 1) {
        fallen = false;
        news.accept(
            new News(
                Level.INFO,
                stream,
                "gets trains of up to %d datagrams again".formatted(lengthNow)));
      }
      lookAtCircuit();
      SendChoice choiceNow = counters.choice();
      if (choiceNow != choice && choiceNow != SendChoice.MEASURING) {
        news.accept(
            new News(
                Level.INFO,
                stream,
                "is sent %s (%s)"
                    .formatted(
                        choiceNow.zeroCopy() ? "without copying" : "copies", choiceNow.reason())));
        choice = choiceNow;
      }
      trainsRefused = refusedNow;
    }

    /** Well is a target whose circuit has not opened for a whole period and is closed. */
    private void lookAtCircuit() {
      long openingsNow = counters.circuitOpenings();
      if (openingsNow != circuitOpenings && !givenUp) {
        givenUp = true;
        LOG.warn(
            "stream {}: {} fails again and again ({}): what it is offered is dropped, and it is"
                + " tried again every 0.1 to 1.6 s",
            stream,
            target,
            counters.lastFailure().label());
      } else if (givenUp
          && openingsNow == circuitOpenings
          && counters.circuit() == CircuitState.CLOSED) {
        givenUp = false;
        LOG.info("stream {}: {} is sent to again", stream, target);
      }
      circuitOpenings = openingsNow;
    }
  }
}
