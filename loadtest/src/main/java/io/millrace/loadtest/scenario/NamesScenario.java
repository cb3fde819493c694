package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;

/**
 * A sequenced stream as fast as it can, to a name whose address goes to and fro between two
 * receivers (the JDK reads a hosts file instead of asking the system): what the two got is together
 * what was sent, each datagram once.
 */
final class NamesScenario implements Scenario {
  private static final int FULL_SWAPS = 60;
  private static final int QUICK_SWAPS = 20;

  /** A datagram is its header, so that what the receivers write is the sequence. */
  private static final int BYTES = 16;

  private static final String NAME = "receiver.test";
  private static final List<String> HOSTS = List.of("127.0.0.1", "127.0.0.2");
  private static final long BETWEEN_MS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Override
  public String name() {
    return "names";
  }

  @Override
  public String description() {
    return "a target's name gets another address 60 times: no datagram is skipped or sent twice";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    lab.prepareDaemon();
    int swaps = quick ? QUICK_SWAPS : FULL_SWAPS;
    ReceiverProcess first = receiver(lab, 0, "0");
    String target = first.addresses().getFirst();
    String port = target.substring(target.lastIndexOf(':') + 1);
    ReceiverProcess second = receiver(lab, 1, port);
    Path hosts = lab.folder().resolve("hosts");
    point(hosts, 0);
    int adminPort = Admin.freePort();
    String text =
        Configuration.rings(1).admin(adminPort).with("names { refresh = 100 ms }").stream(
                "swapped",
                "type = generator, datagram-size = %d, sequenced = true".formatted(BYTES),
                "= unlimited",
                List.of(NAME + ":" + port))
            .text();
    List<String> withHosts =
        List.of("env", "MILLRACE_JAVA_OPTS=-Djdk.net.hosts.file=" + hosts.toAbsolutePath());
    DaemonProcess daemon = lab.startDaemon(name(), withHosts, text, List.of());
    Admin.await(daemon.process(), adminPort);
    double beganNs = System.nanoTime();
    for (int swap = 1; swap <= swaps; swap++) {
      pause(BETWEEN_MS);
      point(hosts, swap % HOSTS.size());
      // The log says so; asking for metrics all the time would take the CPU from the stream.
      String followed = "is " + HOSTS.get(swap % HOSTS.size()) + ":" + port;
      daemon.process().awaitLines(line -> line.endsWith(followed), (swap + 1) / 2, PATIENCE);
    }
    pause(BETWEEN_MS);
    double seconds = (System.nanoTime() - beganNs) / 1e9;
    Metrics metrics = Metrics.fetch(adminPort);
    int sockets = Admin.udpSockets(daemon.process().pid());
    daemon.process().terminate();
    DaemonSummary summary = daemon.finish(Steps.PATIENCE);
    List<JsonNode> received =
        List.of(first.finish(Duration.ofSeconds(1)), second.finish(Duration.ofSeconds(1)));
    Outcome outcome = Outcome.of(name(), summary, received);
    outcome.figure("swaps", swaps).figure("swap_seconds", seconds);
    outcome.expect(
        metrics.sum("millrace_name_changes_total") == swaps,
        "%,.0f changes of the name instead of %d"
            .formatted(metrics.sum("millrace_name_changes_total"), swaps));
    outcome.expect(
        metrics.has("millrace_target_address_info", "address=\"" + HOSTS.get(swaps % 2) + ":"),
        "the metrics don't have the last address");
    // The old socket may still be on its way out.
    outcome.expect(sockets <= 2, "%d sockets for one target".formatted(sockets));
    expectWhole(outcome, lab, received);
    return outcome;
  }

  private static Path written(Lab lab, int number) {
    return lab.folder().resolve("written-" + number);
  }

  private static ReceiverProcess receiver(Lab lab, int number, String port) {
    return Steps.receiver(
        lab,
        "receiver-" + number,
        List.of(),
        HOSTS.get(number) + ":" + port,
        1,
        Long.MAX_VALUE,
        List.of(
            "--sequenced",
            "no",
            "--idle-timeout",
            "2m",
            "--receive-buffer",
            "67108864",
            "--write",
            written(lab, number).toString()));
  }

  /** Lets the name have one address; there is never half a file. */
  private static void point(Path hosts, int host) {
    try {
      Path fresh =
          Files.writeString(hosts.resolveSibling("hosts-new"), HOSTS.get(host) + " " + NAME + "\n");
      Files.move(fresh, hosts, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new HarnessException("can't write " + hosts + ": " + failure, failure);
    }
  }

  /** What was sent came, but for what a receiver's own socket had no room for. */
  private static void expectWhole(Outcome outcome, Lab lab, List<JsonNode> received) {
    BitSet numbers = new BitSet();
    long twice = 0;
    long backwards = 0;
    for (int receiver = 0; receiver < HOSTS.size(); receiver++) {
      long last = -1;
      ByteBuffer all = read(written(lab, receiver));
      while (all.remaining() >= BYTES) {
        long number = all.getLong();
        all.position(all.position() + BYTES - Long.BYTES);
        twice += numbers.get((int) number) ? 1 : 0;
        backwards += number <= last ? 1 : 0;
        last = number;
        numbers.set((int) number);
      }
    }
    long sent = outcome.count("sent");
    long unreceived =
        received.stream()
            .mapToLong(each -> Math.max(0, each.path("kernel_drops").longValue()))
            .sum();
    long missing = sent - numbers.cardinality();
    outcome.figure("missing", (double) missing).figure("dropped_by_receivers", (double) unreceived);
    outcome.expect(
        missing == unreceived,
        "%d of %d are missing, and the receivers' sockets dropped %d"
            .formatted(missing, sent, unreceived));
    outcome.expect(numbers.length() <= sent, "number %d came".formatted(numbers.length() - 1));
    outcome.expect(twice == 0, "%d came twice".formatted(twice));
    outcome.expect(backwards == 0, "%d came out of order".formatted(backwards));
    outcome.expect(outcome.count("dropped") == 0, outcome.count("dropped") + " dropped");
  }

  private static ByteBuffer read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    } catch (IOException failure) {
      throw new HarnessException("can't read " + file + ": " + failure, failure);
    }
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }
}
