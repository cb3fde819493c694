package io.millrace.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogProviderTest {
  @Test
  @ResourceLock(Resources.SYSTEM_ERR)
  void aLineOnStderr() {
    PrintStream real = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      LogProvider provider = new LogProvider();
      provider.initialize();
      provider.getLoggerFactory().getLogger("io.millrace.Some").warn("{} of {}", 1, 2);
    } finally {
      System.setErr(real);
    }
    assertThat(written.toString(StandardCharsets.UTF_8))
        .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN  Some: 1 of 2\\R");
  }

  @ParameterizedTest
  @CsvSource({"DEBUG, DEBUG", "error, ERROR", "loud, INFO", ", INFO"})
  void theEnvironmentSetsTheLevel(String variable, String level) {
    LoggerContext context = new LoggerContext();
    new StderrLog(name -> "MILLRACE_LOG_LEVEL".equals(name) ? variable : null).configure(context);
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    assertThat(root.getLevel()).isEqualTo(Level.toLevel(level));
    assertThat(root.iteratorForAppenders().hasNext()).isTrue();
  }

  /** What is written by a log that has this environment. */
  private static String written(Map<String, String> environment, Consumer<Logger> log) {
    PrintStream real = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      LoggerContext context = new LoggerContext();
      context.setMDCAdapter(new LogbackMDCAdapter());
      StderrLog stderr = new StderrLog(environment::get);
      stderr.setContext(context);
      stderr.configure(context);
      log.accept(context.getLogger("io.millrace.Some"));
    } finally {
      System.setErr(real);
    }
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  @ResourceLock(Resources.SYSTEM_ERR)
  void anObjectALineAsJson() throws Exception {
    String lines =
        written(
            Map.of("MILLRACE_LOG_FORMAT", "json"),
            log -> {
              log.info("a \"{}\"\nb", 1);
              log.error("died", new IllegalStateException("why"));
            });
    JsonNode first = new ObjectMapper().readTree(lines.lines().toList().getFirst());
    assertThat(first.get("level").asText()).isEqualTo("INFO");
    assertThat(first.get("loggerName").asText()).isEqualTo("io.millrace.Some");
    assertThat(first.get("formattedMessage").asText()).isEqualTo("a \"1\"\nb");
    assertThat(first.get("timestamp").asLong()).isPositive();
    JsonNode second = new ObjectMapper().readTree(lines.lines().toList().getLast());
    assertThat(second.at("/throwable/message").asText()).isEqualTo("why");
    assertThat(lines.lines()).hasSize(2);
  }

  @Test
  @ResourceLock(Resources.SYSTEM_ERR)
  void everyLineHasItsPriorityForTheJournal() {
    assertThat(
            written(
                Map.of("MILLRACE_LOG_FORMAT", "journal", "MILLRACE_LOG_LEVEL", "TRACE"),
                log -> {
                  log.trace("t");
                  log.debug("d");
                  log.info("i\nj");
                  log.warn("w");
                }))
        .isEqualTo("<7>Some: t\n<7>Some: d\n<6>Some: i\n<6>j\n<4>Some: w\n");
    assertThat(
            written(
                Map.of("MILLRACE_LOG_FORMAT", "journal"),
                log -> log.error("e", new IllegalStateException("why"))))
        .startsWith("<3>Some: e\n<3>java.lang.IllegalStateException: why\n<3>\tat ");
  }

  @Test
  @ResourceLock(Resources.SYSTEM_ERR)
  void whatIsNotAllowedIsSaidAndOtherwiseAsByDefault() {
    assertThat(
            written(Map.of("MILLRACE_LOG_FORMAT", "xml", "MILLRACE_LOG_LEVEL", "loud"), log -> {}))
        .contains("MILLRACE_LOG_LEVEL=loud is not allowed; allowed: ERROR", "WARN  ROOT: ")
        .contains("MILLRACE_LOG_FORMAT=xml is not allowed; allowed: auto, text, journal, json");
  }

  @ParameterizedTest
  @CsvSource({"auto, 1:2", ", 1:2", "auto, nonsense", "auto,", "text, own"})
  void textWhereStderrIsNotTheJournals(String word, String stream) throws Exception {
    assertThat(LogFormat.of(word, "own".equals(stream) ? stderr() : stream))
        .isEqualTo(LogFormat.TEXT);
  }

  @Test
  void theJournalsWhereStderrIs() throws Exception {
    assertThat(LogFormat.of(null, stderr())).isEqualTo(LogFormat.JOURNAL);
    assertThat(LogFormat.of("auto", stderr())).isEqualTo(LogFormat.JOURNAL);
  }

  private static String stderr() throws IOException {
    Path stderr = Path.of("/proc/self/fd/2");
    return Files.getAttribute(stderr, "unix:dev") + ":" + Files.getAttribute(stderr, "unix:ino");
  }
}
