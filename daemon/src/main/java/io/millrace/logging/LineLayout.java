package io.millrace.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;

/**
 * A line of the log, {@code 12:34:56.789 INFO Daemon: what happened}, and the stack below it if
 * there was an exception. The time is local.
 *
 * <p>Not a pattern of Logback's: the time of day by java.time looks for providers of time zones,
 * and opens every jar of the class path to do so (java.time.zone.ZoneRulesProvider of JDK 25).
 */
final class LineLayout extends LayoutBase<ILoggingEvent> {
  private static final int LEVEL_WIDTH = 5;

  private final TimeZone zone;

  LineLayout(TimeZone zone) {
    this.zone = zone;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(128);
    long epochMs = event.getTimeStamp();
    appendTime(line, epochMs + zone.getOffset(epochMs));
    String level = event.getLevel().toString();
    line.append(' ').append(level).repeat(' ', Math.max(0, LEVEL_WIDTH - level.length()));
    String logger = event.getLoggerName();
    line.append(' ').append(logger, logger.lastIndexOf('.') + 1, logger.length());
    line.append(": ").append(event.getFormattedMessage()).append(System.lineSeparator());
    if (event.getThrowableProxy() != null) {
      line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString();
  }

  private static void appendTime(StringBuilder line, long localMs) {
    long msOfDay = Math.floorMod(localMs, TimeUnit.DAYS.toMillis(1));
    long seconds = msOfDay / 1000;
    append(line, seconds / 3600, 2).append(':');
    append(line, seconds / 60 % 60, 2).append(':');
    append(line, seconds % 60, 2).append('.');
    append(line, msOfDay % 1000, 3);
  }

  private static StringBuilder append(StringBuilder line, long number, int digits) {
    String text = Long.toString(number);
    return line.repeat('0', digits - text.length()).append(text);
  }
}
