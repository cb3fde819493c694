package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code ctl status --watch} on a terminal, one that script(1) makes, with a server that is told
 * what to say.
 */
@Timeout(120)
final class CtlWatchTest {
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  private static final String CTRL_C = "\u0003";
  private static final String OTHER_SCREEN = "\u001b[?1049h";
  private static final String FIRST_SCREEN = "\u001b[?1049l";

  private final AtomicInteger looks = new AtomicInteger();
  private final HttpServer server = server();
  private volatile boolean away;

  private HttpServer server() {
    try {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      made.createContext(
          "/api/v1/live",
          exchange -> {
            byte[] answer =
                (away ? "no" : answer(looks.incrementAndGet())).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(away ? 503 : 200, answer.length);
            try (exchange;
                OutputStream body = exchange.getResponseBody()) {
              body.write(answer);
            }
          });
      made.start();
      return made;
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A second after the last one, and a thousand datagrams more. */
  private static String answer(int look) {
    String sums =
        "\"targets\":1,\"datagrams\":%d,\"bytes\":0,\"dropped\":{},\"lateness\":[]"
            .formatted(look * 1000);
    return """
    {"seconds":%d,"version":"1.2.3","rings":[],"streams":[{"stream":"news","state":"running",%s}],"total":{"streams":1,%s}}
    """
        .formatted(look, sums, sums);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Process watch() throws IOException {
    String command =
        Stream.of(
                "env",
                "--default-signal=INT,HUP,TERM",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.millrace.Main",
                "ctl",
                "--admin",
                "127.0.0.1:" + server.getAddress().getPort(),
                "status",
                "--watch",
                "--interval",
                "100 ms")
            .map(word -> "'" + word + "'")
            // Ctrl-C is for the command alone: a shell that stays beside it, as dash does, dies of
            // it.
            .collect(Collectors.joining(" ", "exec ", ""));
    return new ProcessBuilder(List.of(SCRIPT.toString(), "-qefc", command, "/dev/null"))
        .redirectErrorStream(true)
        .start();
  }

  /** Everything until this is there. */
  private static String readTo(Reader from, String wanted) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(wanted) < 0) {
      int next = from.read();
      assertThat(next).as("%s, before %s", text, wanted).isNotNegative();
      text.append((char) next);
    }
    return text.toString();
  }

  private static String rest(Reader from) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int next = from.read(); next >= 0; next = from.read()) {
      text.append((char) next);
    }
    return text.toString();
  }

  @Test
  void aScreenUntilCtrlCWhichGivesItBack() throws Exception {
    if (!Files.isExecutable(SCRIPT)) {
      MillraceProcess.skip("no script(1) here, which makes a terminal");
    }
    Process process = watch();
    try (Reader out = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
      assertThat(readTo(out, "1,000 datagrams/s")).contains(OTHER_SCREEN);
      away = true;
      readTo(out, "no answer from 127.0.0.1:");
      away = false;
      readTo(out, "\u001b[Hmillrace 1.2.3"); // it is back
      process.getOutputStream().write(CTRL_C.getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
      String end = rest(out);
      assertThat(end.substring(end.indexOf(FIRST_SCREEN)))
          .contains("news")
          .doesNotContain(OTHER_SCREEN);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
