package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.millrace.counters.CircuitState;
import io.millrace.counters.DropReason;
import io.millrace.counters.SendChoice;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class TargetWatchTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(TargetWatch.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final TargetCounters counters = new TargetCounters();

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
    counters.trainLength(46);
    counters.choice(SendChoice.ZERO_COPY_ASSUMED);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
  }

  private TargetWatch watch() {
    return new TargetWatch(
        List.of(
            new StreamView(
                "news",
                0,
                "generator",
                new StreamCounters(),
                OptionalLong.empty(),
                List.of(new TargetView("there:1", counters, new StreamCounters(), 0)))));
  }

  private List<String> logged() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void aFallbackIsLoggedOnceAndItsEndToo() {
    try (TargetWatch watch = watch()) {
      watch.look();
      assertThat(logged()).isEmpty();
      for (int refusal = 0; refusal < 3; refusal++) {
        counters.trainRefused(DropReason.EMSGSIZE);
        counters.trainLength(1);
        watch.look();
      }
      counters.trainLength(46);
      watch.look();
      watch.look();
    }
    assertThat(logged())
        .containsExactly(
            "stream news: there:1 takes no trains (EMSGSIZE): it gets its datagrams one by one, and"
                + " trains are tried again later",
            "stream news: there:1 gets trains of up to 46 datagrams again");
  }

  @Test
  void aTargetThatIsGivenUpIsLoggedOnceAndItsReturnToo() {
    try (TargetWatch watch = watch()) {
      watch.look();
      counters.lastFailure(DropReason.ECONNREFUSED);
      counters.circuit(CircuitState.OPEN);
      for (int opening = 0; opening < 3; opening++) {
        counters.circuitOpened();
        watch.look();
      }
      // A probe has gone out, and its error has not come back yet.
      counters.circuit(CircuitState.CLOSED);
      counters.circuitOpened();
      watch.look();
      assertThat(logged()).hasSize(1);
      watch.look();
      watch.look();
    }
    assertThat(logged())
        .containsExactly(
            "stream news: there:1 fails again and again (ECONNREFUSED): what it is offered is"
                + " dropped, and it is tried again every 0.1 to 1.6 s",
            "stream news: there:1 is sent to again");
  }

  @Test
  void aDecisionIsLoggedAndTheMeasuringIsNot() {
    try (TargetWatch watch = watch()) {
      counters.choice(SendChoice.MEASURING);
      watch.look();
      counters.choice(SendChoice.COPY_FOR_THE_KERNEL_DOES);
      watch.look();
      watch.look();
    }
    assertThat(logged())
        .containsExactly(
            "stream news: there:1 is sent copies (the kernel copies what is sent to this target all"
                + " the same)");
  }

  @Test
  void theSameOfManyTargetsIsOneLine() {
    List<TargetView> targets = new ArrayList<>();
    List<TargetCounters> all = new ArrayList<>();
    StreamCounters stream = new StreamCounters();
    for (int target = 1; target <= 1000; target++) {
      all.add(new TargetCounters());
      targets.add(new TargetView("there:" + target, all.getLast(), stream, 0));
    }
    TargetWatch watch =
        new TargetWatch(
            List.of(new StreamView("news", 0, "generator", stream, OptionalLong.empty(), targets)));
    all.forEach(counters -> counters.choice(SendChoice.COPY_MEASURED));
    all.getFirst().choice(SendChoice.MEASURING);
    watch.look();
    assertThat(logged())
        .containsExactly(
            "stream news: there:2 (and 998 others alike) is sent copies ("
                + SendChoice.COPY_MEASURED.reason()
                + ")");
  }
}
