package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admin.AdminClient;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a running daemon takes signals, the one that it can't see too. Real processes. */
@Timeout(180)
final class SignalsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long POLL_NS = 10_000_000;

  @TempDir private Path folder = Path.of("");
  private final DatagramSocket first = MillraceProcess.sink();
  private final DatagramSocket second = MillraceProcess.sink();

  @AfterEach
  void close() {
    first.close();
    second.close();
  }

  private Path config(int adminPort) {
    return MillraceProcess.config(
        folder,
        """
        admin { listen = "127.0.0.1:%d", control = true }
        streams {
          fast { source { type = generator, datagram-size = 1400 }
                 targets = [ "127.0.0.1:%d", "127.0.0.1:%d" ] }
          paced { source { type = generator, datagram-size = 1000 }
                  pace { datagrams-per-second = 500 }
                  targets = [ "127.0.0.1:%d" ] }
        }
        """
            .formatted(
                adminPort, first.getLocalPort(), second.getLocalPort(), second.getLocalPort()));
  }

  private static void awaitDatagrams(String admin, long count) throws IOException {
    AdminClient client = new AdminClient(admin);
    while (JSON.readTree(client.get("/api/v1/streams").body()).at("/0/datagrams").asLong()
        < count) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void stopDrainsWhatIsInFlightAndWritesTheSummary(String signal) throws Exception {
    Path summary = folder.resolve("summary.json");
    try (MillraceProcess daemon =
        MillraceProcess.start(
            folder, "run", config(0).toString(), "--summary-json", summary.toString())) {
      awaitDatagrams(daemon.awaitRunning(), 1000);
      daemon.signal(signal);
      daemon.hasExited(0);
      assertThat(daemon.err()).contains("stopping").doesNotContain("drain timeout");
      assertThat(daemon.temporaryFiles()).isEmpty();
    }
    assertBooksClose(JSON.readTree(Files.readString(summary)));
  }

  private static void assertBooksClose(JsonNode status) {
    for (JsonNode ring : status.get("rings")) {
      assertThat(ring.get("in_flight").asLong()).isZero();
      assertThat(ring.get("requests").asLong())
          .isEqualTo(ring.get("completions").asLong())
          .isPositive();
      assertThat(ring.get("pool_slots_free")).isEqualTo(ring.get("pool_slots"));
    }
    for (JsonNode stream : status.get("streams")) {
      assertThat(stream.get("state").asText()).isEqualTo("stopped");
      for (JsonNode target : stream.get("targets")) {
        long dropped = 0;
        for (JsonNode reason : target.get("dropped")) {
          dropped += reason.asLong();
        }
        assertThat(target.get("datagrams").asLong() + dropped)
            .as("sent and dropped of %s", target)
            .isEqualTo(stream.get("datagrams").asLong());
      }
    }
  }

  @Test
  void hangUpKeepsItRunning() throws Exception {
    Path file = config(0);
    try (MillraceProcess daemon = MillraceProcess.start(folder, "run", file.toString())) {
      String admin = daemon.awaitRunning();
      daemon.signal("HUP");
      daemon.awaitErr("SIGHUP: reloaded: 0 streams added, 0 removed, 0 replaced, 0 changed");
      Files.writeString(file, "millrace { rings { cpu = auto } }");
      daemon.signal("HUP");
      daemon.awaitErr("SIGHUP: the configuration has errors, the running configuration stays");
      assertThat(new AdminClient(admin).get("/-/ready").status()).isEqualTo(200);
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
  }

  @Test
  void killLeavesNothingBehindAndARestartWorksAtOnce() throws Exception {
    int port = MillraceProcess.freePort();
    String file = config(port).toString();
    try (MillraceProcess killed = MillraceProcess.start(folder, "run", file)) {
      awaitDatagrams(killed.awaitRunning(), 1000);
      killed.signal("KILL");
      killed.hasExited(128 + 9);
      assertThat(killed.temporaryFiles()).isEmpty();
    }
    try (MillraceProcess again = MillraceProcess.start(folder, "run", file)) {
      awaitDatagrams(again.awaitRunning(), 1000);
      again.signal("TERM");
      again.hasExited(0);
    }
  }

  @Test
  void exitWhenDoneEndsWithTheLastDatagram() throws Exception {
    Path summary = folder.resolve("summary.json");
    Path file =
        MillraceProcess.config(
            folder,
            """
            admin.enabled = false
            streams.some { source { type = generator, datagram-size = 100, count = 777 }
                           targets = [ "127.0.0.1:%d" ] }
            """
                .formatted(first.getLocalPort()));
    try (MillraceProcess daemon =
        MillraceProcess.start(
            folder,
            "run",
            file.toString(),
            "--exit-when-done",
            "--summary-json",
            summary.toString())) {
      daemon.hasExited(0);
    }
    JsonNode stream = JSON.readTree(Files.readString(summary)).at("/streams/0");
    assertThat(stream.get("state").asText()).isEqualTo("finished");
    assertThat(stream.at("/targets/0/datagrams").asLong()).isEqualTo(777);
    assertThat(stream.at("/targets/0/bytes").asLong()).isEqualTo(77_700);
  }

  @Test
  void summaryThatCannotBeWrittenIsAFailure() throws Exception {
    Path file =
        MillraceProcess.config(
            folder,
            "admin.enabled = false, streams.some { source { type = generator, count = 1 }, targets = [ \"127.0.0.1:%d\" ] }"
                .formatted(first.getLocalPort()));
    Path impossible = folder.resolve("nowhere").resolve("summary.json");
    try (MillraceProcess daemon =
        MillraceProcess.start(
            folder,
            "run",
            file.toString(),
            "--exit-when-done",
            "--summary-json",
            impossible.toString())) {
      daemon.hasExited(1);
      assertThat(daemon.err()).contains("can't write the summary", impossible.toString());
    }
  }
}
