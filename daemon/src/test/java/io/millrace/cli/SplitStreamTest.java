package io.millrace.cli;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.CpuPlan;
import io.millrace.admin.AdminClient;
import io.millrace.shim.NativeKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream whose targets are divided over two rings. Real processes. */
@Timeout(120)
final class SplitStreamTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TARGETS = 64;
  private static final int COUNT = 400;
  private static final long POLL_NS = 10_000_000;

  @TempDir private Path folder = Path.of("");
  private final Arrivals arrivals = Arrivals.open(TARGETS);
  private List<Integer> cpus = List.of();

  @BeforeEach
  void needTwoCpus() {
    cpus = CpuPlan.allowedCpus(NativeKernel.load());
    if (cpus.size() < 2) {
      MillraceProcess.skip("a second ring needs a second CPU");
    }
  }

  @AfterEach
  void close() {
    arrivals.close();
  }

  private Path config(String source, String pace, String targets) {
    return MillraceProcess.config(
        folder,
        """
        admin { listen = "127.0.0.1:0", control = true }
        rings.cpus = %s
        streams.split {
          source { %s }
          pace = %s
          targets = [ %s ]
          rings = 2
        }
        """
            .formatted(cpus.subList(cpus.size() - 2, cpus.size()), source, pace, targets));
  }

  private static String generator(String more) {
    return "type = generator, datagram-size = 100, sequenced = true" + more;
  }

  private static JsonNode stream(String admin) throws IOException {
    return JSON.readTree(new AdminClient(admin).get("/api/v1/streams").body()).get(0);
  }

  private static String post(String admin, String path, String body) throws IOException {
    return new AdminClient(admin).post(path, body).body();
  }

  private static long sent(JsonNode stream, int ring) {
    long sum = 0;
    for (JsonNode target : stream.get("targets")) {
      sum += target.get("ring").asInt() == ring ? target.get("datagrams").asLong() : 0;
    }
    return sum;
  }

  private static void assertBooksClose(JsonNode targets) {
    for (JsonNode target : targets) {
      assertThat(target.get("dropped")).as(target.toString()).isEmpty();
      assertThat(target.get("datagrams")).as(target.toString()).isEqualTo(target.get("offered"));
    }
  }

  @Test
  void everyTargetGetsEverythingInOrder() throws Exception {
    Path file = config(generator(", count = " + COUNT), "1000/s", arrivals.addresses(0, TARGETS));
    JsonNode status = runToTheEnd(file);
    for (int port = 0; port < TARGETS; port++) {
      arrivals.reach(port, COUNT);
    }
    JsonNode stream = status.at("/streams/0");
    assertThat(stream.get("rings")).hasSize(2);
    assertThat(stream.get("datagrams").asLong()).isEqualTo(COUNT);
    assertThat(stream.get("state").asText()).isEqualTo("finished");
    // In the order of the file, and each ring served half of them.
    for (int target = 0; target < TARGETS; target++) {
      JsonNode at = stream.get("targets").get(target);
      assertThat(at.get("target").asText()).isEqualTo(arrivals.address(target));
      assertThat(at.get("ring").asInt()).isEqualTo(target % 2);
      assertThat(at.get("datagrams").asLong()).isEqualTo(COUNT);
    }
    assertBooksClose(stream.get("targets"));
    for (JsonNode ring : status.get("rings")) {
      assertThat(ring.get("requests")).isEqualTo(ring.get("completions"));
      assertThat(ring.get("pool_slots_free")).isEqualTo(ring.get("pool_slots"));
    }
  }

  @Test
  void eachRingReadsTheFileForItself() throws Exception {
    // Too large to be preloaded into half of the slots: a reader for each ring.
    Path large = Files.write(folder.resolve("large"), new byte[2_000_000]);
    Path file =
        config(
            "type = file, path = \"%s\", datagram-size = 1000".formatted(large),
            "4000/s",
            arrivals.addresses(0, 4));
    Files.writeString(file, "\nmillrace.buffers.slots-per-ring = 16\n", APPEND);
    JsonNode stream = runToTheEnd(file).at("/streams/0");
    assertThat(stream.get("datagrams").asLong()).isEqualTo(2000);
    assertThat(stream.at("/read/datagrams").asLong()).isEqualTo(4000);
    assertThat(stream.get("targets")).allMatch(at -> at.get("datagrams").asLong() == 2000);
    assertBooksClose(stream.get("targets"));
  }

  private JsonNode runToTheEnd(Path file) throws Exception {
    Path summary = folder.resolve("summary.json");
    try (MillraceProcess daemon =
        MillraceProcess.start(
            folder, "run", file + "", "--exit-when-done", "--summary-json", summary + "")) {
      daemon.hasExited(0);
    }
    return JSON.readTree(Files.readString(summary));
  }

  @Test
  void pauseAndRateHoldForAllOfIt() throws Exception {
    Path file = config(generator(""), "500/s", arrivals.addresses(0, 8));
    try (MillraceProcess daemon = MillraceProcess.start(folder, "run", file.toString())) {
      String admin = daemon.awaitRunning();
      arrivals.reach(0, 20);
      arrivals.reach(1, 20);
      assertThat(post(admin, "/api/v1/streams/split/pause", "")).contains("done");
      while (!stream(admin).get("state").asText().equals("paused")) {
        LockSupport.parkNanos(POLL_NS);
      }
      JsonNode paused = stream(admin);
      LockSupport.parkNanos(20 * POLL_NS);
      for (int ring = 0; ring < 2; ring++) {
        assertThat(sent(stream(admin), ring)).isEqualTo(sent(paused, ring));
      }
      assertThat(post(admin, "/api/v1/streams/split/rate", "4000/s")).contains("done");
      assertThat(post(admin, "/api/v1/streams/split/resume", "")).contains("done");
      long before = Math.max(arrivals.next(0), arrivals.next(1));
      long beganNs = System.nanoTime();
      for (int port = 0; port < 8; port++) {
        arrivals.reach(port, before + 2000);
      }
      // At the old rate it would have taken 4 s.
      assertThat(System.nanoTime() - beganNs).isLessThan(3_000_000_000L);
      // A reload makes it what the file says: both parts.
      assertThat(post(admin, "/-/reload", "")).contains("split: pace 500/s (was 4000/s)");
      assertThat(stream(admin).get("changed_since_file")).isEmpty();
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
  }

  @Test
  void targetsComeToTheRingWithTheFewestAndGoFromTheirs() throws Exception {
    Path summary = folder.resolve("summary.json");
    Path file = config(generator(""), "500/s", arrivals.addresses(0, 4));
    try (MillraceProcess daemon =
        MillraceProcess.start(folder, "run", file.toString(), "--summary-json", summary + "")) {
      String admin = daemon.awaitRunning();
      String path = "/api/v1/streams/split/targets/";
      arrivals.reach(0, 10);
      assertThat(post(admin, path + "remove", arrivals.address(1))).contains("done");
      assertThat(post(admin, path + "add", arrivals.address(4))).contains("done");
      assertThat(stream(admin).at("/targets/3/ring").asInt()).isEqualTo(1);
      arrivals.reach(4, arrivals.next(0) + 20);
      // Another set from the file: the old ones go from both rings, the new ones come to both.
      config(generator(""), "500/s", arrivals.addresses(2, 8));
      assertThat(post(admin, "/-/reload", "")).contains("split: 3 targets added, 1 removed");
      JsonNode stream = stream(admin);
      assertThat(stream.get("changed_since_file")).isEmpty();
      for (int target = 0; target < 6; target++) {
        JsonNode at = stream.get("targets").get(target);
        assertThat(at.get("target").asText()).isEqualTo(arrivals.address(2 + target));
        arrivals.reach(2 + target, arrivals.next(2) + 20);
      }
      assertThat(onRing(stream, 0)).isEqualTo(3);
      assertThat(onRing(stream, 1)).isEqualTo(3);
      // A ring that has none of the targets left lets go of the stream.
      for (JsonNode target : stream.get("targets")) {
        if (target.get("ring").asInt() == 1) {
          assertThat(post(admin, path + "remove", target.get("target").asText())).contains("done");
        }
      }
      assertThat(stream(admin).get("rings")).hasSize(1);
      assertThat(post(admin, path + "add", arrivals.address(9))).contains("done");
      arrivals.reach(9, stream(admin).get("datagrams").asLong() + 20);
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
    JsonNode status = JSON.readTree(Files.readString(summary));
    assertBooksClose(status.at("/streams/0/targets"));
    assertBooksClose(status.get("removed"));
    assertThat(status.at("/rings/1/pool_slots_free")).isEqualTo(status.at("/rings/1/pool_slots"));
  }

  private static long onRing(JsonNode stream, int ring) {
    long count = 0;
    for (JsonNode target : stream.get("targets")) {
      count += target.get("ring").asInt() == ring ? 1 : 0;
    }
    return count;
  }
}
