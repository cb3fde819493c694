package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A device queue that is full (ENOBUFS), in a network namespace of our own: a token-bucket qdisc of
 * 1 Mbit/s with room for two datagrams on one end of a veth pair. Needs root and the kernel's tbf.
 */
final class FullQueueTest {
  private static final String NAMESPACE = "millrace-fullq-" + ProcessHandle.current().pid();
  private static final int DATAGRAMS = 2000;

  @TempDir private Path folder = Path.of("");

  @AfterEach
  void removeNamespace() throws Exception {
    run("ip", "netns", "del", NAMESPACE);
  }

  @Test
  void fullDeviceQueueIsCountedAgainstItsTargetAlone() throws Exception {
    assumeTrue(
        run("ip", "netns", "add", NAMESPACE) == 0,
        "skipped: network namespaces can't be made here (not root, or no iproute2)");
    // The far ends have no address: what arrives there is nobody's, and nothing comes back.
    link("va", "vb", "10.77.0.1/24", "10.77.0.2");
    link("vc", "vd", "10.78.0.1/24", "10.78.0.2");
    assumeTrue(
        run(
                "ip", "netns", "exec", NAMESPACE, "tc", "qdisc", "add", "dev", "va", "root", "tbf",
                "rate", "1mbit", "burst", "3000", "limit", "3000")
            == 0,
        "skipped: this kernel has no tbf qdisc");
    Path summaryFile = folder.resolve("summary.json");
    Path config = folder.resolve("two-targets.conf");
    Files.writeString(
        config,
        """
        millrace {
          admin.enabled = false
          streams.s {
            source { type = generator, datagram-size = 1400, count = %d }
            pace.datagrams-per-second = 2000
            targets = [ "10.77.0.2:7000", "10.78.0.2:7000" ]
          }
        }
        """
            .formatted(DATAGRAMS));
    assertThat(exec(daemon(config, summaryFile))).isZero();

    JsonNode targets = new ObjectMapper().readTree(summaryFile.toFile()).at("/streams/0/targets");
    JsonNode slow = targets.get(0);
    JsonNode fast = targets.get(1);
    System.out.println("full queue: " + slow);
    // 1 Mbit/s for a second is 87 datagrams; most of the others never got as far as the queue.
    assertThat(slow.get("datagrams").asLong()).isGreaterThan(60);
    assertThat(slow.at("/dropped/ENOBUFS").asLong()).isPositive();
    assertThat(slow.at("/dropped/slow").asLong()).isPositive();
    assertThat(slow.at("/dropped/circuit-open").asLong()).isZero();
    assertThat(
            slow.get("datagrams").asLong()
                + slow.at("/dropped/ENOBUFS").asLong()
                + slow.at("/dropped/slow").asLong())
        .isEqualTo(DATAGRAMS);
    assertThat(fast.get("datagrams").asLong()).isEqualTo(DATAGRAMS);
    assertThat(fast.get("dropped").isEmpty()).isTrue();
  }

  private static void link(String near, String far, String address, String neighbour)
      throws IOException, InterruptedException {
    inNamespace("ip", "link", "add", near, "type", "veth", "peer", "name", far);
    inNamespace("ip", "addr", "add", address, "dev", near);
    inNamespace("ip", "link", "set", near, "up");
    inNamespace("ip", "link", "set", far, "up");
    inNamespace("ip", "neigh", "add", neighbour, "lladdr", "02:00:00:00:00:02", "dev", near);
  }

  private static List<String> daemon(Path config, Path summary) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-Xmx128m",
        "-ea",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName(),
        "run",
        config.toString(),
        "--exit-when-done",
        "--summary-json",
        summary.toString());
  }

  private static void inNamespace(String... command) throws IOException, InterruptedException {
    assertThat(exec(List.of(command))).as(String.join(" ", command)).isZero();
  }

  private static int exec(List<String> command) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", NAMESPACE));
    whole.addAll(command);
    Process process = new ProcessBuilder(whole).inheritIO().start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Runs a command; 127 if there is no such program. */
  private static int run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor();
    } catch (IOException missing) {
      return 127;
    }
  }
}
