package io.millrace.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.TimeZone;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The log: lines on stderr, from the level that the environment's {@value #LEVEL_VARIABLE} names,
 * or INFO, in the format that {@value #FORMAT_VARIABLE} names, or the one that suits stderr.
 * Written in Java, because reading a logback.xml starts an XML parser, and is part of every start
 * (adr/0002). Logback finds it as a service where {@link LogProvider} isn't asked, which is in
 * tests.
 */
public final class StderrLog extends ContextAwareBase implements Configurator {
  private static final String LEVEL_VARIABLE = "MILLRACE_LOG_LEVEL";
  private static final String FORMAT_VARIABLE = "MILLRACE_LOG_FORMAT";
  private static final String JOURNAL_VARIABLE = "JOURNAL_STREAM";

  private final UnaryOperator<@Nullable String> environment;

  /** As the environment says. */
  public StderrLog() {
    this(System::getenv);
  }

  StderrLog(UnaryOperator<@Nullable String> environment) {
    this.environment = environment;
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    String word = environment.apply(FORMAT_VARIABLE);
    LogFormat format = LogFormat.of(word, environment.apply(JOURNAL_VARIABLE));
    Encoder<ILoggingEvent> encoder = encoder(format == null ? LogFormat.TEXT : format, context);
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("STDERR");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    String name = environment.apply(LEVEL_VARIABLE);
    Level level = Level.toLevel(name, null);
    root.setLevel(level == null ? Level.INFO : level);
    root.addAppender(appender);
    if (level == null && name != null && !name.isEmpty()) {
      root.warn(
          "{}={} is not allowed; allowed: ERROR, WARN, INFO, DEBUG, TRACE", LEVEL_VARIABLE, name);
    }
    if (format == null) {
      root.warn("{}={} is not allowed; allowed: auto, text, journal, json", FORMAT_VARIABLE, word);
    }
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static Encoder<ILoggingEvent> encoder(LogFormat format, LoggerContext context) {
    if (format == LogFormat.JSON) {
      return json();
    }
    LayoutBase<ILoggingEvent> layout =
        format == LogFormat.JOURNAL ? new JournalLayout() : new LineLayout(TimeZone.getDefault());
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setLayout(layout);
    return encoder;
  }

  /** Logback's, with what this daemon uses. */
  private static JsonEncoder json() {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMDC(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    return encoder;
  }
}
