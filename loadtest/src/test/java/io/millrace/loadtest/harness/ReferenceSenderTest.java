package io.millrace.loadtest.harness;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.receiver.Receiver;
import io.millrace.loadtest.receiver.ReceiverReport;
import io.millrace.loadtest.receiver.ReceiverSettings;
import io.millrace.loadtest.receiver.ReceiverSettings.Sequenced;
import io.millrace.loadtest.text.HostPort;
import io.millrace.shim.NativeKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds the C sender with gcc and lets it send to the receiver. */
class ReferenceSenderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int COUNT = 5_000;

  @TempDir private static @Nullable Path folder;

  private static @Nullable ReferenceSender sender;

  @BeforeAll
  static void build() {
    assumeTrue(hasCompiler(), "no gcc here: the C reference sender can't be built");
    Path out = requireNonNull(folder).resolve("reference-sender");
    sender = ReferenceSender.build(projectRoot(), out);
  }

  private static boolean hasCompiler() {
    return Files.isExecutable(Path.of("/usr/bin/gcc"));
  }

  private static Path projectRoot() {
    return requireNonNull(Path.of("").toAbsolutePath().getParent());
  }

  private static ReferenceSender sender() {
    return requireNonNull(sender);
  }

  private static boolean ringsAllowed() {
    try {
      String setting = Files.readString(Path.of("/proc/sys/kernel/io_uring_disabled")).strip();
      return setting.equals("0");
    } catch (IOException before66) {
      return true;
    }
  }

  private record Result(JsonNode sent, JsonNode received) {}

  private static Result sendAndReceive(String listen, List<String> arguments) throws Exception {
    ReceiverSettings settings =
        new ReceiverSettings(
            HostPort.parse(listen),
            1,
            COUNT,
            Duration.ofSeconds(2),
            PATIENCE,
            1 << 25,
            -1,
            Sequenced.YES,
            null);
    try (Receiver receiver = Receiver.open(NativeKernel.load(), settings)) {
      CompletableFuture<ReceiverReport> report =
          CompletableFuture.supplyAsync(() -> receiver.run((elapsedNs, datagrams, bytes) -> {}));
      List<String> all = new ArrayList<>(arguments);
      all.addAll(List.of("--to", HostPort.format(receiver.addresses().getFirst())));
      all.addAll(List.of("--sequenced", "--size", "700", "--rate", "50000"));
      JsonNode sent = sender().run(List.of(), all, PATIENCE);
      return new Result(sent, report.get(60, TimeUnit.SECONDS).json());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"send_zc", "send", "sendmmsg"})
  void everyDatagramArrivesOnceByEachMeans(String op) throws Exception {
    assumeTrue(op.equals("sendmmsg") || ringsAllowed(), "kernel.io_uring_disabled is not 0");
    Result result =
        sendAndReceive("127.0.0.1:0", List.of("--op", op, "--count", String.valueOf(COUNT)));
    assertThat(result.sent().path("op").asText()).isEqualTo(op);
    assertThat(result.sent().path("requests").longValue()).isEqualTo(COUNT);
    assertThat(result.sent().path("datagrams").longValue()).isEqualTo(COUNT);
    assertThat(result.sent().path("bytes").longValue()).isEqualTo(700L * COUNT);
    assertThat(result.sent().path("errors").longValue()).isZero();
    assertThat(result.received().path("datagrams").longValue()).isEqualTo(COUNT);
    assertThat(result.received().path("lost").longValue()).isZero();
    assertThat(result.received().path("duplicated").longValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"send_zc,127.0.0.1:0", "send,[::1]:0", "sendmmsg,127.0.0.1:0", "sendmmsg,[::1]:0"})
  void everyDatagramArrivesFromASharedSocket(String op, String listen) throws Exception {
    assumeTrue(op.equals("sendmmsg") || ringsAllowed(), "kernel.io_uring_disabled is not 0");
    Result result =
        sendAndReceive(
            listen, List.of("--op", op, "--shared-socket", "--count", String.valueOf(COUNT)));
    assertThat(result.sent().path("shared_socket").booleanValue()).isTrue();
    assertThat(result.sent().path("datagrams").longValue()).isEqualTo(COUNT);
    assertThat(result.sent().path("errors").longValue()).isZero();
    assertThat(result.received().path("datagrams").longValue()).isEqualTo(COUNT);
    assertThat(result.received().path("lost").longValue()).isZero();
    assertThat(result.received().path("duplicated").longValue()).isZero();
  }

  @Test
  void aZeroCopyRequestHasTwoCqesOnAStockKernel() throws Exception {
    assumeTrue(ringsAllowed(), "kernel.io_uring_disabled is not 0");
    Result result = sendAndReceive("[::1]:0", List.of("--count", String.valueOf(COUNT)));
    assertThat(result.sent().path("cqes").longValue()).isEqualTo(2L * COUNT);
    assertThat(result.sent().path("enters").longValue()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"send_zc", "send"})
  void pacedStreamsLeaveAtTheirRateAndSayHowLateTheyWere(String op) throws Exception {
    assumeTrue(ringsAllowed(), "kernel.io_uring_disabled is not 0");
    String options = "--targets 20 --paced 200 --warm-up 0.25 --count 2000 --op " + op;
    List<String> arguments = new ArrayList<>(List.of("--to", "127.0.0.1:9", "--size", "100"));
    arguments.addAll(List.of(options.split(" ", -1)));
    JsonNode sent = sender().run(List.of(), arguments, PATIENCE);
    assertThat(sent.path("requests").longValue()).isEqualTo(2000);
    // The last of 2,000 is due half a second after the first, less what is forgiven after a stall.
    assertThat(sent.path("seconds").doubleValue()).isBetween(0.49, 10.0);
    Histogram late = Histogram.ofReference(sent);
    // The first is due at once, which is never behind the warm-up.
    assertThat(late.count()).as("behind the warm-up").isBetween(900.0, 1_999.0);
    assertThat(late.quantile(0.5)).isBetween(0.0, 0.1);
  }

  @Test
  void trainsArriveAsSingleDatagrams() throws Exception {
    Result result =
        sendAndReceive(
            "127.0.0.1:0", List.of("--op", "sendmmsg", "--segments", "10", "--count", "500"));
    assertThat(result.sent().path("requests").longValue()).isEqualTo(500);
    assertThat(result.sent().path("datagrams").longValue()).isEqualTo(COUNT);
    assertThat(result.received().path("datagrams").longValue()).isEqualTo(COUNT);
    assertThat(result.received().path("bytes").longValue()).isEqualTo(700L * COUNT);
    assertThat(result.received().path("lost").longValue()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--size 100 --count 1",
        "--to 127.0.0.1 --size 100 --count 1",
        "--to 127.0.0.1:0 --size 100 --count 1",
        "--to 127.0.0.1:5004 --count 1",
        "--to 127.0.0.1:5004 --size 65508 --count 1",
        "--to 127.0.0.1:5004 --size 100",
        "--to 127.0.0.1:5004 --size 100 --count 1 --op magic",
        "--to 127.0.0.1:65000 --size 100 --count 1 --targets 1000",
        "--to 127.0.0.1:5004 --size 100 --count 1 --paced 10 --rate 10",
        "--to 127.0.0.1:5004 --size 100 --count 1 --paced 10 --op sendmmsg",
        "--to 127.0.0.1:5004 --size 100 --count 1 more"
      })
  void badUsageIsExplainedWithExitTwo(String line) {
    assertThatThrownBy(() -> sender().run(List.of(), List.of(line.split(" ", -1)), PATIENCE))
        .isInstanceOf(HarnessException.class)
        .hasMessageContaining("exit 2")
        .hasMessageContaining("reference-sender: ");
  }
}
