package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admin.AdminClient;
import io.millrace.config.ShardSettings;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several daemons with the same streams. Real processes. */
@Timeout(180)
final class ShardsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STREAMS = 12;
  private static final long POLL_NS = 10_000_000;

  @TempDir private Path folder = Path.of("");
  private final DatagramSocket sink = MillraceProcess.sink();

  @AfterEach
  void close() {
    sink.close();
  }

  /** Writes a daemon's file; all are alike but for its number. */
  private Path config(int daemon, int index, int count) throws IOException {
    StringBuilder text = new StringBuilder("admin.listen = \"127.0.0.1:0\"\n");
    text.append("shard { index = %d, count = %d }%n".formatted(index, count));
    for (int stream = 0; stream < STREAMS; stream++) {
      text.append(
          "streams.s%d { source.type = generator, pace = 100/s, targets = [ \"127.0.0.1:%d\" ] }%n"
              .formatted(stream, sink.getLocalPort()));
    }
    return MillraceProcess.config(
        Files.createDirectories(folder.resolve("daemon-" + daemon)), text.toString());
  }

  private MillraceProcess start(int index, int count) throws Exception {
    String file = config(index, index, count).toString();
    return MillraceProcess.start(folder.resolve("daemon-" + index), "run", file);
  }

  /** What each running stream has sent so far, by the daemon's number and the stream's name. */
  private static Map<String, Long> sent(List<String> admins) throws IOException {
    Map<String, Long> sent = new TreeMap<>();
    for (int index = 0; index < admins.size(); index++) {
      String body = new AdminClient(admins.get(index)).get("/api/v1/streams").body();
      for (JsonNode stream : JSON.readTree(body)) {
        if (stream.get("state").asText().equals("running")) {
          sent.put(index + " " + stream.get("stream").asText(), stream.get("datagrams").asLong());
        }
      }
    }
    return sent;
  }

  /** Each stream runs in the daemon that the hash says, in no other, and sends. */
  private static void assertEachIsSentOnce(List<String> admins) throws IOException {
    Map<String, Long> wanted = new TreeMap<>();
    for (int stream = 0; stream < STREAMS; stream++) {
      for (int index = 0; index < admins.size(); index++) {
        if (new ShardSettings(index, admins.size()).sends("s" + stream)) {
          wanted.put(index + " s" + stream, 0L);
        }
      }
    }
    assertThat(wanted).hasSize(STREAMS);
    Map<String, Long> before = sent(admins);
    assertThat(before).containsOnlyKeys(wanted.keySet());
    for (String stream : wanted.keySet()) {
      long wantedOfIt = before.getOrDefault(stream, 0L) + 10;
      while (sent(admins).getOrDefault(stream, 0L) < wantedOfIt) {
        LockSupport.parkNanos(POLL_NS);
      }
    }
  }

  @Test
  void eachStreamIsSentOnceAlsoWhenThereIsOneMore() throws Exception {
    List<MillraceProcess> daemons = new ArrayList<>();
    try {
      for (int index = 0; index < 2; index++) {
        daemons.add(start(index, 2));
      }
      List<String> admins = new ArrayList<>();
      for (MillraceProcess daemon : daemons) {
        admins.add(daemon.awaitRunning());
      }
      assertEachIsSentOnce(admins);
      for (int index = 0; index < 2; index++) {
        config(index, index, 3);
        daemons.get(index).signal("HUP");
        daemons.get(index).awaitErr("SIGHUP: reloaded");
      }
      daemons.add(start(2, 3));
      admins.add(daemons.getLast().awaitRunning());
      assertEachIsSentOnce(admins);
      for (MillraceProcess daemon : daemons) {
        daemon.signal("TERM");
        daemon.hasExited(0);
      }
    } finally {
      daemons.forEach(MillraceProcess::close);
    }
  }

  @Test
  void aDaemonWithoutAStreamWaitsForOne() throws Exception {
    int count = 64;
    int idle = 0;
    while (sendsAny(idle, count)) {
      idle++;
    }
    try (MillraceProcess daemon = start(idle, count)) {
      String admin = daemon.awaitRunning();
      assertThat(sent(List.of(admin))).isEmpty();
      assertThat(new AdminClient(admin).get("/-/ready").status()).isEqualTo(200);
      config(idle, 0, 1);
      daemon.signal("HUP");
      while (sent(List.of(admin)).size() < STREAMS) {
        LockSupport.parkNanos(POLL_NS);
      }
      assertEachIsSentOnce(List.of(admin));
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
  }

  private static boolean sendsAny(int index, int count) {
    for (int stream = 0; stream < STREAMS; stream++) {
      if (new ShardSettings(index, count).sends("s" + stream)) {
        return true;
      }
    }
    return false;
  }
}
