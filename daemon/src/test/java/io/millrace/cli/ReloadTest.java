package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.CpuPlan;
import io.millrace.admin.AdminClient;
import io.millrace.shim.NativeKernel;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a reload does to a running daemon. Real processes. */
@Timeout(180)
final class ReloadTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long POLL_NS = 10_000_000;

  @TempDir private Path folder = Path.of("");
  private final DatagramSocket receiver = MillraceProcess.sink();
  private final DatagramSocket sink = MillraceProcess.sink();

  @AfterEach
  void close() {
    receiver.close();
    sink.close();
  }

  private static String to(DatagramSocket socket) {
    return "\"127.0.0.1:" + socket.getLocalPort() + "\"";
  }

  /** "kept", a sequenced stream at 500/s to the receiver, and what else there is. */
  private Path config(String more) {
    return MillraceProcess.config(
        folder,
        """
        admin { listen = "127.0.0.1:0", control = true }
        rings.cpus = [ %d ]
        streams.kept {
          source { type = generator, datagram-size = 100, sequenced = true }
          pace = 500/s
          targets = [ %s ]
        }
        %s
        """
            .formatted(CpuPlan.allowedCpus(NativeKernel.load()).getLast(), to(receiver), more));
  }

  private static AdminClient.Answer reload(String admin) throws IOException {
    return new AdminClient(admin).post("/-/reload", "");
  }

  private static JsonNode stream(String admin, String name) throws IOException {
    for (JsonNode stream : JSON.readTree(new AdminClient(admin).get("/api/v1/streams").body())) {
      if (stream.get("stream").asText().equals(name)) {
        return stream;
      }
    }
    return JSON.missingNode();
  }

  private static void awaitDatagrams(String admin, String name, long count) throws IOException {
    while (stream(admin, name).path("datagrams").asLong() < count) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Reads what comes to the receiver, so that its buffer never fills up; notes the first gap. */
  private final class Arrivals implements Runnable {
    private volatile long next;
    private volatile String gap = "";

    @Override
    public void run() {
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      try {
        while (gap.isEmpty()) {
          receiver.receive(packet);
          long sequence = ByteBuffer.wrap(packet.getData()).getLong();
          if (sequence == next) {
            next = sequence + 1;
          } else {
            gap = sequence + " came instead of " + next;
          }
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }

    /** Everything up to this number comes, each once and in order. */
    void reach(long count) {
      while (gap.isEmpty() && next < count) {
        LockSupport.parkNanos(POLL_NS);
      }
      assertThat(gap).isEmpty();
    }
  }

  private Arrivals arrivals() {
    Arrivals arrivals = new Arrivals();
    Thread.ofPlatform().daemon().start(arrivals);
    return arrivals;
  }

  /** UDP sockets of a process. */
  private static int sockets(MillraceProcess daemon) throws IOException {
    Set<String> udp = new HashSet<>();
    for (String table : new String[] {"udp", "udp6"}) {
      for (String line : Files.readAllLines(Path.of("/proc/self/net", table))) {
        udp.add("socket:[" + line.strip().split("\\s+", -1)[9] + "]");
      }
    }
    int count = 0;
    try (var files = Files.list(Path.of("/proc/" + daemon.pid() + "/fd"))) {
      for (Path file : files.toList()) {
        try {
          count += udp.contains(Files.readSymbolicLink(file).toString()) ? 1 : 0;
        } catch (IOException closed) {
          // Between the listing and the look.
        }
      }
    }
    return count;
  }

  @Test
  void streamsComeAndGoAndTheOthersMissNothing() throws Exception {
    Path summary = folder.resolve("summary.json");
    String other = "streams.other { source.type = generator, pace = 1000/s, targets = [ %s ] }";
    Path file = config("");
    try (MillraceProcess daemon =
        MillraceProcess.start(folder, "run", file.toString(), "--summary-json", summary + "")) {
      String admin = daemon.awaitRunning();
      Arrivals arrivals = arrivals();
      awaitDatagrams(admin, "kept", 10);
      AdminClient client = new AdminClient(admin);
      int before = sockets(daemon);
      for (int round = 0; round < 3; round++) {
        config(other.formatted(to(sink)));
        assertThat(reload(admin).body()).contains("\"added\" : [ \"other\" ]");
        awaitDatagrams(admin, "other", 10);
        assertThat(client.get("/metrics").body()).contains("stream=\"other\"");
        config(other.formatted(to(sink)) + "\nstreams.other.source.datagram-size = 50");
        assertThat(reload(admin).body()).contains("\"replaced\" : [ \"other\" ]");
        awaitDatagrams(admin, "other", 10);
        config("");
        assertThat(reload(admin).body()).contains("\"removed\" : [ \"other\" ]");
        assertThat(client.get("/metrics").body()).doesNotContain("stream=\"other\"");
      }
      arrivals.reach(stream(admin, "kept").get("datagrams").asLong());
      for (int look = 0; sockets(daemon) > before; look++) { // the kernel closes a bit later
        assertThat(look).as("looks at the descriptors").isLessThan(500);
        LockSupport.parkNanos(POLL_NS);
      }
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
    JsonNode status = JSON.readTree(Files.readString(summary));
    assertThat(status.at("/rings/0/pool_slots_free")).isEqualTo(status.at("/rings/0/pool_slots"));
    assertThat(status.at("/rings/0/requests")).isEqualTo(status.at("/rings/0/completions"));
    JsonNode removed = status.at("/removed/0");
    assertThat(removed.get("stream").asText()).isEqualTo("other");
    assertThat(removed.get("datagrams").asLong()).isGreaterThanOrEqualTo(60);
    assertThat(removed.get("offered")).isEqualTo(removed.get("datagrams"));
    assertThat(status.get("removed").size()).isEqualTo(1);
  }

  @Test
  void paceAndTargetsChangeInPlace() throws Exception {
    Path file = config("");
    try (MillraceProcess daemon = MillraceProcess.start(folder, "run", file.toString())) {
      String admin = daemon.awaitRunning();
      Arrivals arrivals = arrivals();
      awaitDatagrams(admin, "kept", 10);
      config(
          "streams.kept { pace = 2000/s, targets = [ %s, %s ] }".formatted(to(sink), to(receiver)));
      assertThat(reload(admin).body())
          .contains("kept: pace 2000/s (was 500/s), 1 targets added, 0 removed");
      awaitDatagrams(admin, "kept", 200);
      JsonNode stream = stream(admin, "kept");
      assertThat(stream.get("pace").asText()).isEqualTo("2000/s");
      assertThat(stream.get("changed_since_file")).isEmpty();
      assertThat(stream.at("/targets/0/offered").asLong()).isPositive();
      assertThat(stream.at("/targets/0/offered").asLong())
          .isLessThan(stream.at("/targets/1/offered").asLong());
      arrivals.reach(200);
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
  }

  @Test
  void aBadConfigurationIsRefusedWhole() throws Exception {
    Path file = config("");
    try (MillraceProcess daemon = MillraceProcess.start(folder, "run", file.toString())) {
      String admin = daemon.awaitRunning();
      int before = sockets(daemon);
      // One stream that could be added, one whose target can't be, and another pace.
      config(
          """
          streams.kept.pace = 1/s
          streams.fine { source.type = generator, targets = [ %s ] }
          streams.bad { source.type = generator
                        targets = [ { to = "127.0.0.1:9", interface = nosuch0 } ] }
          """
              .formatted(to(sink)));
      AdminClient.Answer answer = reload(admin);
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.body()).contains("millrace.streams.bad", "no interface nosuch0");
      daemon.awaitErr("POST /-/reload: the configuration has errors");
      daemon.awaitErr("no interface nosuch0");
      assertThat(stream(admin, "kept").get("pace").asText()).isEqualTo("500/s");
      assertThat(stream(admin, "fine").isMissingNode()).isTrue();
      assertThat(sockets(daemon)).isEqualTo(before);
      long sent = stream(admin, "kept").get("datagrams").asLong();
      awaitDatagrams(admin, "kept", sent + 10);
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
  }

  @Test
  void whatNeedsARestartIsNamedAndTheRestIsDone() throws Exception {
    String small = "buffers.slot-size = 4 KiB\n";
    Path file = config(small);
    try (MillraceProcess daemon = MillraceProcess.start(folder, "run", file.toString())) {
      String admin = daemon.awaitRunning();
      config("streams.kept.pace = 600/s\nbuffers.slot-size = 8 KiB\nrings.batch = 5");
      assertThat(reload(admin).body())
          .contains("\"restart_needed\" : [ \"rings.batch\", \"buffers.slot-size\" ]");
      daemon.awaitErr("wait for a restart: rings.batch, buffers.slot-size");
      assertThat(stream(admin, "kept").get("pace").asText()).isEqualTo("600/s");
      config(
          """
          buffers.slot-size = 8 KiB
          streams.large { source { type = generator, datagram-size = 5000 }, targets = [ %s ] }
          """
              .formatted(to(sink)));
      assertThat(reload(admin).body())
          .contains("5000 does not fit into the running buffers.slot-size of 4096 B");
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
  }

  @Test
  void aChangedFileIsTakenIfThatIsConfigured() throws Exception {
    Path file = config("reload.on-change = true");
    try (MillraceProcess daemon = MillraceProcess.start(folder, "run", file.toString())) {
      String admin = daemon.awaitRunning();
      config("reload.on-change = false, streams.kept.pace = 700/s");
      daemon.awaitErr("the file has changed: reloaded");
      assertThat(stream(admin, "kept").get("pace").asText()).isEqualTo("700/s");
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
  }

  @Test
  void filesAreReplacedToo() throws Exception {
    Path small = Files.write(folder.resolve("small"), new byte[100_000]);
    Path large = Files.write(folder.resolve("large"), new byte[40_000_000]);
    String stream =
        "streams.file { source { type = file, path = \"%s\", loop = true }, pace = 10 Mbit/s"
            + ", targets = [ %s ] }";
    Path summary = folder.resolve("summary.json");
    Path file = config(stream.formatted(small, to(sink)));
    try (MillraceProcess daemon =
        MillraceProcess.start(folder, "run", file.toString(), "--summary-json", summary + "")) {
      String admin = daemon.awaitRunning();
      for (Path source : new Path[] {large, small, large}) {
        awaitDatagrams(admin, "file", 100);
        config(stream.formatted(source, to(sink)));
        assertThat(reload(admin).body()).contains("\"replaced\" : [ \"file\" ]");
      }
      awaitDatagrams(admin, "file", 100);
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
    JsonNode ring = JSON.readTree(Files.readString(summary)).at("/rings/0");
    assertThat(ring.get("pool_slots_free")).isEqualTo(ring.get("pool_slots"));
  }
}
