package io.millrace.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;

/**
 * A line for systemd's journal, which knows the time itself: {@code <6>Daemon: what happened}, the
 * number being the priority (sd-daemon(3)). It has to begin each line: the journal takes them one
 * by one.
 */
final class JournalLayout extends LayoutBase<ILoggingEvent> {
  private static final int ERR = 3;
  private static final int WARNING = 4;
  private static final int INFO = 6;
  private static final int DEBUG = 7;

  @Override
  public String doLayout(ILoggingEvent event) {
    String logger = event.getLoggerName();
    String text =
        logger.substring(logger.lastIndexOf('.') + 1) + ": " + event.getFormattedMessage();
    if (event.getThrowableProxy() != null) {
      text += "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy());
    }
    StringBuilder lines = new StringBuilder(text.length() + 16);
    int priority = priority(event.getLevel());
    text.lines()
        .forEach(line -> lines.append('<').append(priority).append('>').append(line).append('\n'));
    return lines.toString();
  }

  private static int priority(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> ERR;
      case Level.WARN_INT -> WARNING;
      case Level.INFO_INT -> INFO;
      default -> DEBUG;
    };
  }
}
