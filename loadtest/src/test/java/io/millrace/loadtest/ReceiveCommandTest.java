package io.millrace.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a process: its exit codes, and its summary after a signal. */
class ReceiveCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static ManagedProcess receive(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("io.millrace.loadtest.Receive");
    command.addAll(List.of(arguments));
    return ManagedProcess.start("receive", command);
  }

  @Test
  void sigtermStillGivesTheSummaryAndExitsZero(@TempDir Path folder) {
    Path summary = folder.resolve("summary.json");
    try (ManagedProcess process =
        receive("--listen", "127.0.0.1:0", "--json", summary.toString())) {
      String ready =
          process.awaitLines(line -> line.startsWith("listening on "), 1, PATIENCE).getFirst();
      assertThat(ready).matches("listening on 127\\.0\\.0\\.1:[1-9][0-9]*");
      process.terminate();
      assertThat(process.awaitExit(PATIENCE)).isZero();
      assertThat(process.lines()).anyMatch(line -> line.contains("received  0 datagrams"));
    }
    JsonNode json = Json.read(summary);
    assertThat(json.path("ended_by").asText()).isEqualTo("signal");
    assertThat(json.path("datagrams").longValue()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--listen nowhere",
        "--listen 127.0.0.1:99999",
        "--listen 127.0.0.1:0 --idle-timeout soon",
        "--listen 127.0.0.1:0 --sequenced perhaps",
        "--listen 127.0.0.1:0 --ports 2 --write /tmp/never-written"
      })
  void badUsageIsExplainedWithExitTwo(String line) {
    try (ManagedProcess process = receive(line.isEmpty() ? new String[0] : line.split(" ", -1))) {
      assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
      assertThat(process.lines()).anyMatch(output -> output.contains("Usage: receive"));
      assertThat(process.lines()).noneMatch(output -> output.contains("Exception"));
    }
  }

  @Test
  void anAddressOfAnotherMachineExitsThree() {
    try (ManagedProcess process = receive("--listen", "192.0.2.1:5004")) {
      assertThat(process.awaitExit(PATIENCE)).isEqualTo(3);
      assertThat(process.tail(1)).contains("can't listen on 192.0.2.1:5004: EADDRNOTAVAIL");
    }
  }
}
