package io.millrace.loadtest.soak;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.NamespaceHttp;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two network namespaces with two links between them: a safe one for the stream that nothing is
 * done to, and a rough one. With receivers at the far ends, a FIFO that is always full, and the
 * daemon. Owned by one thread.
 */
final class SoakLab {
  private static final String NAME = "soak";
  private static final String SAFE = "10.201.82.2";
  private static final int SAFE_RATE = 2_000;
  private static final long FILE_BYTES = 24L << 20;

  /**
   * All of the heap is there from the beginning, so that what the process grows by is not heap;
   * what the heap grows by is looked at after collections.
   */
  private static final String JVM = "MILLRACE_JAVA_OPTS=-Xms64m -Xmx64m -XX:+AlwaysPreTouch";

  private final Lab lab;
  private final Namespaces namespaces;
  private final String near;
  private final String far;
  private final int port = Admin.freePort();
  private final ReceiverProcess safe;
  private final Path fifo;
  private final Path file;
  private final Path configuration;
  private @Nullable ManagedProcess roughReceiver;
  private @Nullable DaemonProcess daemon;

  SoakLab(Lab lab) {
    this.lab = lab;
    namespaces = lab.keep(new Namespaces());
    near = namespaces.add("tx");
    far = namespaces.add("rx");
    link("safe", "10.201.82.1", SAFE);
    link("rough", "10.201.83.1", SoakPlan.ROUGH);
    safe = receiver("safe", SAFE + ":7000", 1);
    startReceiver();
    file = lab.folder().resolve("large.bin");
    fifo = lab.folder().resolve("lines.fifo");
    configuration = lab.folder().resolve(NAME + ".conf");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(FILE_BYTES);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't make " + file + ": " + failure, failure);
    }
    ManagedProcess.run(List.of("mkfifo", fifo.toString()));
    Thread.ofPlatform().name("lines").daemon().start(this::writeLines);
  }

  private void link(String name, String nearAddress, String farAddress) {
    namespaces.link(near, name + "0", far, name + "1", SoakPlan.USUAL_MTU);
    namespaces.address(near, name + "0", nearAddress + "/24");
    namespaces.address(far, name + "1", farAddress + "/24");
    // Known for good, so that no datagram waits, or is lost, for want of an answer.
    namespaces.step(
        "ip -n %s neighbour replace %s lladdr %s nud permanent dev %s"
            .formatted(near, farAddress, namespaces.macOf(far, name + "1"), name + "0")
            .split(" ", -1));
  }

  private ReceiverProcess receiver(String name, String listen, int ports) {
    return lab.startReceiver(
        name,
        Namespaces.prefix(far),
        ports,
        List.of("--listen", listen, "--idle-timeout", "1000m", "--receive-buffer", "67108864"));
  }

  /** As fast as the FIFO takes them; ends with the daemon, by a broken pipe. */
  private void writeLines() {
    byte[] line = ("x".repeat(200) + "\n").getBytes(StandardCharsets.US_ASCII);
    try (OutputStream out = Files.newOutputStream(fifo, StandardOpenOption.WRITE)) {
      while (true) {
        out.write(line);
      }
    } catch (IOException ended) {
      // The daemon has let go of the FIFO: it stops.
    }
  }

  /** What nothing is done to. */
  static StreamModel untouched() {
    return new StreamModel(
        "safe",
        "type = generator, datagram-size = 1000, sequenced = true",
        "= %d/s".formatted(SAFE_RATE),
        List.of(SAFE + ":7000"));
  }

  /** The others that are there at first: a source of each kind, with a pace and without. */
  List<StreamModel> usual() {
    String to = SoakPlan.ROUGH + ":";
    return List.of(
        new StreamModel(
            "full",
            "type = generator, datagram-size = 1400, sequenced = true",
            "= unlimited",
            List.of(to + 7010)),
        new StreamModel(
            "file",
            "type = file, path = \"%s\", datagram-size = 1316, loop = true".formatted(file),
            "{ rate = 20 Mbit/s }",
            List.of(to + 7011, to + 7012)),
        new StreamModel(
            "pipe",
            "type = pipe, path = \"%s\", framing = line, datagram-size = 1316, at-end = wait"
                .formatted(fifo),
            "= 1000/s",
            List.of(to + 7013, to + 7020)));
  }

  String text(String streams) {
    return """
    millrace {
      rings { cpus = [ %d ], drain-timeout = 2 s }
      admin { listen = "127.0.0.1:%d", control = true }
      streams {
    %s  }
    }
    """
        .formatted(Machine.cpus().getLast(), port, streams);
  }

  ManagedProcess start(String streams) {
    List<String> prefix = new ArrayList<>(Namespaces.prefix(near));
    prefix.addAll(List.of("env", JVM));
    daemon = lab.startDaemon(NAME, prefix, text(streams), List.of());
    daemon.process().awaitLines(line -> line.contains("running: "), 1, Duration.ofMinutes(2));
    return daemon.process();
  }

  DaemonProcess daemon() {
    if (daemon == null) {
      throw new HarnessException("the daemon has not been started");
    }
    return daemon;
  }

  NamespaceHttp admin() {
    return new NamespaceHttp(near, port);
  }

  void write(String streams) {
    try {
      Files.writeString(configuration, text(streams));
    } catch (IOException failure) {
      throw new UncheckedIOException("can't write " + configuration + ": " + failure, failure);
    }
  }

  void startReceiver() {
    if (roughReceiver == null || !roughReceiver.isAlive()) {
      roughReceiver =
          receiver("rough", SoakPlan.ROUGH + ":" + SoakPlan.FIRST_PORT, SoakPlan.PORTS).process();
    }
  }

  void killReceiver() {
    if (roughReceiver != null) {
      roughReceiver.kill();
      roughReceiver.awaitExit(Duration.ofSeconds(10));
    }
  }

  void link(boolean up) {
    namespaces.step("ip", "-n", near, "link", "set", "rough0", up ? "up" : "down");
    if (up) {
      // Taking it down has made the kernel forget the neighbour.
      namespaces.step(
          "ip -n %s neighbour replace %s lladdr %s nud permanent dev rough0"
              .formatted(near, SoakPlan.ROUGH, namespaces.macOf(far, "rough1"))
              .split(" ", -1));
    }
  }

  void mtu(String bytes) {
    namespaces.step("ip", "-n", near, "link", "set", "rough0", "mtu", bytes);
  }

  /** A packet filter on what leaves for a port; {@code verdict} is drop or reject. */
  void filter(String port, String verdict) {
    namespaces.inside(
        near,
        "nft",
        "add table inet soak; add chain inet soak out { type filter hook output priority 0; };"
            + " add rule inet soak out udp dport %s %s".formatted(port, verdict));
  }

  void unfilter() {
    namespaces.inside(near, "nft", "add table inet soak; delete table inet soak");
  }

  /** All that nothing was done to. */
  JsonNode finishSafe() {
    return safe.finish(Duration.ofSeconds(1));
  }
}
