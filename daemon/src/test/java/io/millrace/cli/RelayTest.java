package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admin.AdminClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that sends on what it receives. Real processes. */
@Timeout(180)
final class RelayTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long POLL_NS = 10_000_000;

  @TempDir private Path folder = Path.of("");
  private final DatagramSocket receiver = MillraceProcess.sink();
  private final int port = freePort();

  private static int freePort() {
    try (DatagramSocket socket = MillraceProcess.sink()) {
      return socket.getLocalPort();
    }
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  private Path config(String more, String source) {
    return MillraceProcess.config(
        folder,
        """
        admin { listen = "127.0.0.1:0", control = true }
        buffers { slot-size = 2 KiB, slots-per-ring = 64 }
        %s
        streams.relay {
          source { type = udp, listen = "127.0.0.1:%d" %s }
          targets = [ "127.0.0.1:%d" ]
        }
        """
            .formatted(more, port, source, receiver.getLocalPort()));
  }

  /** Sends datagrams and takes what comes out; returns how many did. */
  private int through(int count) throws IOException {
    receiver.setSoTimeout(200);
    int came = 0;
    try (DatagramSocket sender = MillraceProcess.sink()) {
      DatagramPacket out =
          new DatagramPacket(
              new byte[100], 100, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      for (int sent = 0; sent < count; sent++) {
        sender.send(out);
        try {
          receiver.receive(new DatagramPacket(new byte[100], 100));
          came++;
        } catch (SocketTimeoutException leftOut) {
          // as the configuration says, or else the count is wrong
        }
      }
    }
    return came;
  }

  private static JsonNode relay(String admin) throws IOException {
    return JSON.readTree(new AdminClient(admin).get("/api/v1/streams").body()).get(0);
  }

  @Test
  void aReplacedSourceTakesOverItsPort() throws Exception {
    Path summary = folder.resolve("summary.json");
    Path file = config("", "");
    try (MillraceProcess daemon =
        MillraceProcess.start(folder, "run", file.toString(), "--summary-json", summary + "")) {
      String admin = daemon.awaitRunning();
      AdminClient client = new AdminClient(admin);
      for (int round = 0; round < 3; round++) {
        assertThat(through(10)).isEqualTo(10);
        config("", ", sample = 5");
        assertThat(client.post("/-/reload", "").body()).contains("\"replaced\" : [ \"relay\" ]");
        assertThat(through(10)).isEqualTo(2);
        assertThat(client.get("/metrics").body())
            .contains(
                "millrace_udp_source_left_out_datagrams_total{reason=\"sample\",stream=\"relay\"}"
                    + " 8");
        config("", "");
        assertThat(client.post("/-/reload", "").body()).contains("\"replaced\" : [ \"relay\" ]");
      }
      assertThat(relay(admin).at("/read/datagrams").asLong()).isZero();
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
    JsonNode ring = JSON.readTree(Files.readString(summary)).at("/rings/0");
    assertThat(ring.get("pool_slots_free")).isEqualTo(ring.get("pool_slots"));
    assertThat(ring.get("requests").asLong()).isEqualTo(36);
    assertThat(ring.get("completions").asLong()).isEqualTo(36);
  }

  @Test
  void aStreamThatComesAndGoesLeavesNothing() throws Exception {
    Path file =
        MillraceProcess.config(
            folder,
            """
            admin { listen = "127.0.0.1:0", control = true }
            buffers { slot-size = 2 KiB, slots-per-ring = 64 }
            streams.other { source.type = generator, pace = 100/s, targets = [ "127.0.0.1:%d" ] }
            """
                .formatted(receiver.getLocalPort()));
    String other = Files.readString(file);
    try (MillraceProcess daemon = MillraceProcess.start(folder, "run", file.toString())) {
      String admin = daemon.awaitRunning();
      AdminClient client = new AdminClient(admin);
      for (int round = 0; round < 3; round++) {
        Files.writeString(
            file,
            other
                + """
                millrace.streams.relay { source { type = udp, listen = "127.0.0.1:%d" }
                                         targets = [ "127.0.0.1:9" ] }
                """
                    .formatted(port));
        assertThat(client.post("/-/reload", "").body()).contains("\"added\" : [ \"relay\" ]");
        assertThat(isPortTaken()).isTrue();
        Files.writeString(file, other);
        assertThat(client.post("/-/reload", "").body()).contains("\"removed\" : [ \"relay\" ]");
        while (isPortTaken()) {
          LockSupport.parkNanos(POLL_NS); // the kernel closes a bit later
        }
      }
      daemon.signal("TERM");
      daemon.hasExited(0);
    }
  }

  private boolean isPortTaken() {
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      return socket.isClosed();
    } catch (IOException taken) {
      return true;
    }
  }

  private String refused(int exit, Path file) throws InterruptedException {
    try (MillraceProcess run = MillraceProcess.start(folder, "run", file.toString())) {
      return run.hasExited(exit).err();
    }
  }

  @Test
  void withoutARingItIsRefused() throws Exception {
    assertThat(refused(3, config("send.engine = sendmmsg", "")))
        .contains("stream relay: a source of type udp needs io_uring");
  }

  @Test
  void aPortThatAnotherHasIsRefused() throws Exception {
    try (DatagramSocket other =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      assertThat(refused(3, config("", "")))
          .contains("127.0.0.1:" + other.getLocalPort() + ": bind: EADDRINUSE", "ss -lunp");
    }
  }

  @Test
  void anAddressOfAnotherMachineIsRefused() throws Exception {
    assertThat(refused(3, config("", ", listen = \"192.0.2.1:5004\"")))
        .contains("192.0.2.1:5004: bind: EADDRNOTAVAIL");
  }

  @Test
  void anInterfaceThatIsNotThereIsRefused() throws Exception {
    assertThat(refused(3, config("", ", listen = \"239.255.0.1:5004\", interface = nosuch0")))
        .contains("stream relay: this machine has no interface nosuch0");
  }
}
