package io.millrace.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LineLayoutTest {
  private static String line(String zone, Instant when, @Nullable Throwable thrown) {
    LoggerContext context = new LoggerContext();
    LoggingEvent event =
        new LoggingEvent(
            "",
            context.getLogger("io.millrace.Some"),
            Level.INFO,
            "{} left",
            thrown,
            new Object[] {3});
    event.setInstant(when);
    return new LineLayout(TimeZone.getTimeZone(zone)).doLayout(event);
  }

  @ParameterizedTest
  @CsvSource({
    "UTC, 2026-11-27T00:00:00.000Z, 00:00:00.000",
    "UTC, 2026-11-27T23:59:59.999Z, 23:59:59.999",
    "UTC, 1969-12-31T23:59:58.007Z, 23:59:58.007",
    "Europe/Berlin, 2026-07-01T22:30:00.050Z, 00:30:00.050",
    "Europe/Berlin, 2026-12-01T22:30:00.050Z, 23:30:00.050",
    "America/St_Johns, 2026-12-01T01:00:00Z, 21:30:00.000",
  })
  void timeOfDayInTheZone(String zone, Instant when, String time) {
    assertThat(line(zone, when, null)).isEqualTo(time + " INFO  Some: 3 left\n");
  }

  @Test
  void anExceptionFollowsWithItsCause() {
    Exception thrown = new IllegalStateException("outer", new RuntimeException("inner"));
    assertThat(line("UTC", Instant.EPOCH, thrown))
        .contains("java.lang.IllegalStateException: outer\n\tat io.millrace")
        .contains("Caused by: java.lang.RuntimeException: inner\n");
  }
}
