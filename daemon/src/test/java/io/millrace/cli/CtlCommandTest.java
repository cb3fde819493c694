package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ctl against a running daemon, and against what isn't one. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CtlCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long POLL_NS = 10_000_000;

  private final DatagramSocket sink = MillraceProcess.sink();
  @TempDir private static Path folder = Path.of("");
  private MillraceProcess daemon = unstarted();
  private String admin = "";

  /**
   * "clock" and "news" run on one ring at the same pace, so that the one tells how far the other
   * should be.
   */
  @BeforeAll
  void startDaemon() throws InterruptedException {
    daemon = MillraceProcess.start(folder, "run", config("127.0.0.1:0").toString());
    admin = daemon.awaitRunning();
  }

  @SuppressWarnings("NullAway") // until @BeforeAll
  private static MillraceProcess unstarted() {
    return null;
  }

  private Path config(String listen) {
    return MillraceProcess.config(
        folder,
        """
        admin { listen = "%s", control = true }
        rings.cpus = [ %d ]
        streams {
          clock { source { type = generator, datagram-size = 100 }
                  pace { datagrams-per-second = 1000 }, targets = [ "127.0.0.1:%d" ] }
          news { source { type = generator, datagram-size = 100 }
                 pace { datagrams-per-second = 1000 }, targets = [ "127.0.0.1:%d" ] }
        }
        """
            .formatted(
                listen,
                io.millrace.CpuPlan.allowedCpus(io.millrace.shim.NativeKernel.load()).getLast(),
                sink.getLocalPort(),
                sink.getLocalPort()));
  }

  @AfterAll
  void stopDaemon() {
    daemon.close();
    sink.close();
  }

  private Cli ctl(String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "ctl";
    all[1] = "--admin";
    all[2] = admin;
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Cli.run(all);
  }

  private JsonNode stream(String name) {
    try {
      for (JsonNode stream : JSON.readTree(ctl("streams", "--json").hasExited(0).out())) {
        if (stream.get("stream").asText().equals(name)) {
          return stream;
        }
      }
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
    throw new AssertionError("no stream " + name);
  }

  private long datagrams(String name) {
    return stream(name).get("datagrams").asLong();
  }

  private void awaitState(String name, String state) {
    while (!stream(name).get("state").asText().equals(state)) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Until the clock has gone on by so many datagrams, milliseconds in effect. */
  private void awaitClock(long datagrams) {
    long begin = datagrams("clock");
    while (datagrams("clock") < begin + datagrams) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  @Test
  void pauseStopsAStreamAndResumeLetsItGoOn() {
    assertThat(ctl("pause", "news").hasExited(0).out()).contains("news: pausing");
    awaitState("news", "paused");
    long paused = datagrams("news");
    awaitClock(200);
    assertThat(datagrams("news")).isEqualTo(paused);
    assertThat(ctl("resume", "news").hasExited(0).out()).contains("news: resuming");
    awaitState("news", "running");
    awaitClock(200);
    assertThat(datagrams("news")).isGreaterThan(paused);
  }

  @Test
  void statusWatchedIsALineForEachRingAndStreamAndLook() {
    String out =
        ctl("status", "--watch", "--interval", "200 ms", "--count", "2").hasExited(0).out();
    assertThat(out.lines().filter(line -> line.contains(" ring "))).hasSize(2);
    assertThat(out.lines().filter(line -> line.contains(" stream clock: running, "))).hasSize(2);
    assertThat(out)
        .containsPattern("stream clock: running, [1-9][\\d,]* datagrams/s")
        .doesNotContain("\u001b");
  }

  @Test
  void statusWatchedAsJsonIsALineForEachLook() throws IOException {
    String out =
        ctl("status", "--watch", "--json", "--interval", "100ms", "--count", "3")
            .hasExited(0)
            .out();
    assertThat(out.lines()).hasSize(3);
    for (String line : out.lines().toList()) {
      assertThat(JSON.readTree(line).at("/streams/0/stream").asText()).isEqualTo("clock");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "1 ms", "2 h", "soon"})
  void badIntervalsAreRefused(String interval) {
    assertThat(ctl("status", "--watch", "--interval", interval).hasExited(2).err())
        .contains("--interval: ")
        .contains("100 ms");
  }

  @Test
  void rateChangesTheRate() {
    ctl("rate", "news", "10000/s").hasExited(0);
    long clock = datagrams("clock");
    long news = datagrams("news");
    awaitClock(500);
    // Ten times as fast as the clock; the machine may be too busy for all of it.
    assertThat(datagrams("news") - news).isGreaterThan(2 * (datagrams("clock") - clock));
    assertThat(ctl("rate", "news", "0.8", "Mbit/s").hasExited(0).out())
        .contains("news: 0.8 Mbit/s");
    awaitClock(50);
    clock = datagrams("clock");
    news = datagrams("news");
    awaitClock(500);
    assertThat(datagrams("news") - news).isLessThan(2 * (datagrams("clock") - clock));
  }

  @Test
  void statusShowsRingsAndStreams() {
    assertThat(ctl("status").hasExited(0).out())
        .contains("engine uring")
        .containsPattern("\n(zero-copy|plain) ring: \\w")
        .containsPattern("RING +CPU +REQUESTS +IN FLIGHT")
        .containsPattern("STREAM +STATE +RING +SOURCE")
        .containsPattern("clock +running +0 +generator +[\\d,]+ +1 +0");
  }

  @Test
  void streamsShowsEveryTarget() {
    assertThat(ctl("streams").hasExited(0).out())
        .containsPattern("STREAM +STATE +PACE +TARGET +DATAGRAMS")
        .containsPattern("clock +running +1000/s +127.0.0.1:" + sink.getLocalPort() + " +[\\d,]+");
  }

  @Test
  void jsonPassesThroughWhatTheDaemonSays() throws IOException {
    JsonNode status = JSON.readTree(ctl("--json", "status").hasExited(0).out());
    assertThat(status.at("/streams/0/stream").asText()).isEqualTo("clock");
  }

  @Test
  void unknownStreamIsRefusedByTheDaemon() {
    assertThat(ctl("pause", "nobody").hasExited(1).err())
        .contains(admin + " answered 404: no such stream: nobody", "millrace ctl streams");
  }

  @Test
  void reloadSaysWhatTheDaemonAnswered() throws IOException {
    Path file = config("127.0.0.1:0");
    String good = Files.readString(file);
    assertThat(ctl("reload").hasExited(0).out())
        .contains("reloaded: 0 streams added, 0 removed, 0 replaced");
    Files.writeString(file, good.replace("streams {", "strems {"));
    assertThat(ctl("reload").hasExited(1).err())
        .contains(admin + " answered 422", "has errors", "did you mean \"streams\"");
    assertThat(stream("clock").get("state").asText()).isEqualTo("running");
    Files.writeString(file, good);
  }

  @Test
  void whatDiffersFromTheFileIsShownUntilAReload() {
    ctl("rate", "news", "5000/s").hasExited(0);
    assertThat(ctl("streams").hasExited(0).out())
        .contains("news: changed since the file: rate 5000/s (file: 1000/s)");
    config("127.0.0.1:0");
    assertThat(ctl("reload").hasExited(0).out())
        .contains("changed: news: pace 1000/s (was 5000/s)");
    assertThat(ctl("streams").hasExited(0).out()).doesNotContain("changed since the file");
  }

  @Test
  void targetsComeAndGo() {
    String more = "localhost:" + sink.getLocalPort();
    assertThat(ctl("target", "add", "clock", more).hasExited(0).out()).contains("added");
    JsonNode added = stream("clock").get("targets").get(1);
    assertThat(added.get("target").asText()).isEqualTo(more);
    assertThat(ctl("streams").hasExited(0).out())
        .contains("clock: changed since the file: target " + more + " added");
    assertThat(ctl("target", "add", "clock", more).hasExited(1).err()).contains("already");
    awaitClock(50);
    ctl("target", "remove", "clock", more).hasExited(0);
    assertThat(stream("clock").get("targets").size()).isEqualTo(1);
    String only = "127.0.0.1:" + sink.getLocalPort();
    assertThat(ctl("target", "remove", "clock", only).hasExited(1).err()).contains("only target");
    assertThat(ctl("target", "remove", "clock", more).hasExited(1).err()).contains("has no target");
    assertThat(ctl("target", "add", "clock", "nowhere").hasExited(2).err()).contains("has no port");
    ctl("target", "explode", "clock", more).hasExited(2);
  }

  @Test
  void addressComesFromTheEnvironmentOrTheConfiguration() throws Exception {
    try (MillraceProcess ctl =
        MillraceProcess.start(
            folder, List.of(), Map.of("MILLRACE_ADMIN", admin), "ctl", "status")) {
      ctl.hasExited(0);
      assertThat(ctl.out()).contains("clock");
    }
    String anyInterface = "0.0.0.0:" + admin.substring(admin.lastIndexOf(':') + 1);
    Path readOnly = config(anyInterface);
    Files.writeString(readOnly, Files.readString(readOnly).replace("control = true", ""));
    assertThat(Cli.run("ctl", "streams", "--config", readOnly.toString()).hasExited(0).out())
        .contains("clock");
  }

  @Test
  void noDaemonIsAFailureThatNamesTheAddress() {
    String nobody = "127.0.0.1:" + MillraceProcess.freePort();
    assertThat(Cli.run("ctl", "--admin", nobody, "status").hasExited(1).err())
        .contains("no daemon answers at " + nobody, "Connection refused", "MILLRACE_ADMIN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "50", "-1 Mbit/s"})
  void badRateIsToldWithoutADaemon(String rate) {
    String nobody = "127.0.0.1:" + MillraceProcess.freePort();
    assertThat(Cli.run("ctl", "--admin", nobody, "rate", "news", "--", rate).hasExited(2).err())
        .contains("unlimited")
        .doesNotContain("no daemon");
  }

  @ParameterizedTest
  @ValueSource(strings = {"somewhere", "127.0.0.1:0", "127.0.0.1:99999", "::1:9464"})
  void badAddressIsBadUsage(String address) {
    assertThat(Cli.run("ctl", "--admin", address, "status").hasExited(2).err())
        .contains("--admin: ");
  }

  @Test
  void addressAndConfigurationExcludeEachOther() {
    assertThat(
            Cli.run("ctl", "--admin", admin, "--config", config(admin).toString(), "status")
                .hasExited(2)
                .err())
        .contains("exclude");
  }

  @Test
  void configurationWithoutAFixedPortDoesNotHelp() {
    assertThat(
            Cli.run("ctl", "--config", config("127.0.0.1:0").toString(), "status")
                .hasExited(2)
                .err())
        .contains("port 0", "--admin");
  }

  @Test
  void anotherServerIsNotMistakenForADaemon() throws IOException {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] page = "<html>hello</html>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
          }
        });
    other.start();
    try {
      String address = "127.0.0.1:" + other.getAddress().getPort();
      assertThat(Cli.run("ctl", "--admin", address, "status").hasExited(1).err())
          .contains(address, "not a Millrace daemon");
    } finally {
      other.stop(0);
    }
  }
}
