package io.millrace.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logback for SLF4J without any search: by itself each of the two opens every jar of the class path
 * to look for providers and for files that might configure it.
 *
 * <p>Somebody who sets Logback's {@code logback.configurationFile} gets Logback's own ways.
 */
public final class LogProvider implements SLF4JServiceProvider {
  private static final String OWN_CONFIGURATION = "logback.configurationFile";

  private final LoggerContext context = new LoggerContext();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();

  /** Makes SLF4J take this provider; before the first logger is asked for. */
  public static void install() {
    if (System.getProperty(OWN_CONFIGURATION) == null) {
      System.setProperty("slf4j.provider", LogProvider.class.getName());
      // It would tell on stderr that it does.
      System.setProperty("slf4j.internal.verbosity", "WARN");
    }
  }

  @Override
  public void initialize() {
    context.setName("default");
    context.setMDCAdapter(mdc);
    StderrLog log = new StderrLog();
    log.setContext(context);
    log.configure(context);
    context.start();
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return context;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return mdc;
  }

  @Override
  public String getRequestedApiVersion() {
    return LogbackServiceProvider.REQUESTED_API_VERSION;
  }
}
