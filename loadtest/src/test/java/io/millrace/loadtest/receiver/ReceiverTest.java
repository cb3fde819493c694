package io.millrace.loadtest.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.receiver.ReceiverSettings.Sequenced;
import io.millrace.loadtest.text.HostPort;
import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** End to end over loopback: a real socket, the shim, the receiver's threads. */
class ReceiverTest {
  private static final long PATIENCE_SECONDS = 20;

  private final Kernel kernel = NativeKernel.load();

  private static ReceiverSettings settings(
      String listen, int ports, long expect, Sequenced sequenced, @Nullable Path write) {
    return new ReceiverSettings(
        HostPort.parse(listen),
        ports,
        expect,
        Duration.ofMillis(300),
        Duration.ofSeconds(10),
        1 << 22,
        -1,
        sequenced,
        write);
  }

  /** What to send, once the receiver runs. */
  private interface Sending {
    void to(Receiver receiver) throws IOException;
  }

  private JsonNode receive(ReceiverSettings settings, Sending sending) throws Exception {
    try (Receiver receiver = Receiver.open(kernel, settings)) {
      CompletableFuture<ReceiverReport> report =
          CompletableFuture.supplyAsync(() -> receiver.run((elapsedNs, datagrams, bytes) -> {}));
      sending.to(receiver);
      return report.get(PATIENCE_SECONDS, TimeUnit.SECONDS).json();
    }
  }

  @Test
  void endsAtTheExpectedDatagramAndCountsExactly() throws Exception {
    JsonNode report =
        receive(
            settings("127.0.0.1:0", 1, 100, Sequenced.AUTO, null),
            receiver -> {
              try (Loopback sender = new Loopback(receiver.addresses().getFirst())) {
                for (int i = 0; i < 150; i++) {
                  sender.sequenced(i, 1400);
                }
              }
            });
    assertThat(report.path("datagrams").longValue()).isEqualTo(100);
    assertThat(report.path("bytes").longValue()).isEqualTo(140_000);
    assertThat(report.path("lost").longValue()).isZero();
    assertThat(report.path("ended_by").asText()).isEqualTo("expected datagrams");
  }

  @Test
  void tellsLossDuplicatesAndReorderingApart() throws Exception {
    JsonNode report =
        receive(
            settings("127.0.0.1:0", 1, 0, Sequenced.AUTO, null),
            receiver -> {
              try (Loopback sender = new Loopback(receiver.addresses().getFirst())) {
                for (long sequence : new long[] {0, 1, 3, 2, 3, 6, 7}) {
                  sender.sequenced(sequence, 64);
                }
              }
            });
    assertThat(report.path("datagrams").longValue()).isEqualTo(7);
    assertThat(report.path("lost").longValue()).isEqualTo(2);
    assertThat(report.path("duplicated").longValue()).isEqualTo(1);
    assertThat(report.path("reordered").longValue()).isEqualTo(1);
    assertThat(report.path("ended_by").asText()).isEqualTo("idle timeout");
    JsonNode delay = report.path("one_way_delay_ns");
    assertThat(delay.path("p50").longValue()).isBetween(0L, 5_000_000_000L);
    assertThat(delay.path("max").longValue()).isGreaterThanOrEqualTo(delay.path("p50").longValue());
    assertThat(report.path("inter_arrival_ns").path("p99").isNumber()).isTrue();
  }

  @Test
  void plainPayloadsHaveNoSequenceToJudge() throws Exception {
    JsonNode report =
        receive(
            settings("127.0.0.1:0", 1, 3, Sequenced.AUTO, null),
            receiver -> {
              try (Loopback sender = new Loopback(receiver.addresses().getFirst())) {
                for (int i = 0; i < 3; i++) {
                  sender.raw(ByteBuffer.wrap(new byte[1316]));
                }
              }
            });
    assertThat(report.path("sequenced").booleanValue()).isFalse();
    assertThat(report.path("lost").isNull()).isTrue();
    assertThat(report.path("one_way_delay_ns").isNull()).isTrue();
    assertThat(report.path("bytes").longValue()).isEqualTo(3 * 1316);
  }

  @Test
  void writesThePayloadsInArrivalOrder(@TempDir Path folder) throws Exception {
    Path copy = folder.resolve("copy.bin");
    byte[] payload = new byte[3_000_017];
    long seed = System.nanoTime();
    new SplittableRandom(seed).nextBytes(payload);
    int each = 60_000;
    int count = (payload.length + each - 1) / each;
    JsonNode report =
        receive(
            settings("127.0.0.1:0", 1, count, Sequenced.NO, copy),
            receiver -> {
              try (Loopback sender = new Loopback(receiver.addresses().getFirst())) {
                for (int from = 0; from < payload.length; from += each) {
                  sender.raw(ByteBuffer.wrap(payload, from, Math.min(each, payload.length - from)));
                }
              }
            });
    assertThat(report.path("written_bytes").longValue())
        .as("seed %d", seed)
        .isEqualTo(payload.length);
    assertThat(Files.readAllBytes(copy)).as("seed %d", seed).isEqualTo(payload);
    assertThat(report.path("sha256").asText())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload)));
  }

  @Test
  void anEmptyReceptionWritesAnEmptyFile(@TempDir Path folder) throws Exception {
    Path copy = folder.resolve("copy.bin");
    ReceiverSettings settings = settings("127.0.0.1:0", 1, 0, Sequenced.AUTO, copy);
    JsonNode report = receive(settings, Receiver::stop);
    assertThat(report.path("datagrams").longValue()).isZero();
    assertThat(report.path("ended_by").asText()).isEqualTo("signal");
    assertThat(copy).isEmptyFile();
    // The SHA-256 of nothing.
    assertThat(report.path("sha256").asText()).startsWith("e3b0c44298fc1c14");
  }

  @Test
  void sumsUpSeveralPorts() throws Exception {
    JsonNode report =
        receive(
            settings("127.0.0.1:0", 3, 6, Sequenced.AUTO, null),
            receiver -> {
              for (InetSocketAddress address : receiver.addresses()) {
                try (Loopback sender = new Loopback(address)) {
                  sender.sequenced(0, 100);
                  sender.sequenced(1, 100);
                }
              }
            });
    assertThat(report.path("datagrams").longValue()).isEqualTo(6);
    assertThat(report.path("lost").longValue()).isZero();
    assertThat(report.path("ports")).hasSize(3);
    for (JsonNode port : report.path("ports")) {
      assertThat(port.path("datagrams").longValue()).isEqualTo(2);
    }
  }

  @Test
  void listensOnIpv6() throws Exception {
    JsonNode report =
        receive(
            settings("[::1]:0", 1, 1, Sequenced.AUTO, null),
            receiver -> {
              try (Loopback sender = new Loopback(receiver.addresses().getFirst())) {
                sender.sequenced(0, 32);
              }
            });
    assertThat(report.path("datagrams").longValue()).isEqualTo(1);
    assertThat(report.path("listen").asText()).startsWith("[0:0:0:0:0:0:0:1]:");
  }

  @Test
  void aTakenPortIsRefusedByName() {
    try (Receiver first =
        Receiver.open(kernel, settings("127.0.0.1:0", 1, 0, Sequenced.AUTO, null))) {
      String taken = HostPort.format(first.addresses().getFirst());
      ReceiverSettings settings = settings(taken, 1, 0, Sequenced.AUTO, null);
      assertThatThrownBy(() -> Receiver.open(kernel, settings).close())
          .isInstanceOf(ReceiveException.class)
          .hasMessageContaining(taken)
          .hasMessageContaining("EADDRINUSE");
    }
  }

  @Test
  void endsByTheTimeLimitThoughNothingComes() throws Exception {
    ReceiverSettings endless = settings("127.0.0.1:0", 1, 0, Sequenced.AUTO, null);
    ReceiverSettings limited =
        new ReceiverSettings(
            endless.listen(),
            1,
            0,
            endless.idleTimeout(),
            Duration.ofMillis(100),
            1 << 20,
            -1,
            Sequenced.AUTO,
            null);
    assertThat(receive(limited, receiver -> {}).path("ended_by").asText()).isEqualTo("time limit");
  }
}
