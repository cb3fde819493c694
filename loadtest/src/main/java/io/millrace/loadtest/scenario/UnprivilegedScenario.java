package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.NamespaceHttp;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.PlainUser;
import io.millrace.loadtest.harness.ProcFiles;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The daemon as a user without a name, a group or a capability, with the 8 MiB of locked memory
 * that distributions give: zero copy, trains, a file, socket options, a bound device, pinning,
 * reload and control all work. What the limits don't allow is refused, or said, with the capability
 * that would help.
 */
final class UnprivilegedScenario implements Scenario {
  private static final long LOCKED_BYTES = 8L << 20;
  private static final long FILE_BYTES = 8L << 20;
  private static final int PORTS = 3;
  private static final int EXIT_REFUSED = 3;

  @Override
  public String name() {
    return "unprivileged";
  }

  @Override
  public String description() {
    return "without root, group or capability everything works; what a limit forbids is said";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    lab.prepareDaemon();
    try {
      PlainUser.invite(lab);
    } catch (HarnessException refused) {
      return Outcome.skipped(name(), String.valueOf(refused.getMessage()));
    }
    Steps.Link link = Steps.Link.open(lab);
    List<String> inside = Namespaces.prefix(link.sender());
    ReceiverProcess receiver =
        Steps.receiver(
            lab,
            name(),
            Namespaces.prefix(link.receiver()),
            "10.201.78.2:0",
            PORTS,
            Long.MAX_VALUE,
            List.of("--sequenced", "no", "--idle-timeout", "60s"));
    Path file = largeFile(lab);
    int port = Admin.freePort();
    DaemonProcess daemon =
        lab.startDaemon(
            name(),
            PlainUser.prefixAfter(inside, LOCKED_BYTES),
            text(port, file, receiver.addresses(), false),
            List.of());
    ManagedProcess process = daemon.process();
    process.awaitLines(line -> line.contains("running: "), 1, Steps.PATIENCE);
    NamespaceHttp admin = new NamespaceHttp(link.sender(), port);
    ProcFiles files = new ProcFiles(process.pid());
    pause(quick ? 1000 : 4000);
    String pinned = files.threadStatus("ring-0", "Cpus_allowed_list");
    String capabilities = files.text("CapEff") + files.text("CapPrm") + files.text("CapBnd");
    String uid = files.text("Uid");
    change(lab, text(port, file, receiver.addresses(), true));
    NamespaceHttp.Answer reloaded = admin.post("/-/reload", "");
    NamespaceHttp.Answer paused = admin.post("/api/v1/streams/file/pause", "");
    NamespaceHttp.Answer resumed = admin.post("/api/v1/streams/file/resume", "");
    pause(quick ? 1000 : 4000);
    String log = String.join("\n", process.lines());
    process.terminate();
    DaemonSummary summary = daemon.finish(Steps.PATIENCE);
    pause(500);
    receiver.process().terminate();
    JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);

    Outcome outcome = Outcome.of(name(), summary, List.of(received));
    outcome
        .expect(capabilities.matches("0+"), "it has capabilities: " + capabilities)
        .expect(uid.startsWith(PlainUser.ID + "\t"), "it runs as " + uid)
        .expect(
            pinned.equals(String.valueOf(Machine.cpus().getLast())),
            "ring-0 may run on CPUs " + pinned)
        .expect(reloaded.isOk(), "a reload: " + reloaded)
        .expect(paused.isOk() && resumed.isOk(), "control: " + paused + ", " + resumed)
        .expect(
            summary.json().path("engine_reason").asText().startsWith("zero-copy ring"),
            "the engine: " + summary.json().path("engine_reason"))
        .expect(
            log.contains("send.send-buffer asks for 64 MiB, the kernel grants")
                && log.contains("AmbientCapabilities=CAP_NET_ADMIN"),
            "the log doesn't say what send buffer was granted")
        .expect(summary.flows().size() == PORTS, "streams: " + summary.flows())
        .expect(
            summary.ringTotal("requests") < summary.total(Flow::datagrams), "no trains were sent")
        .expect(
            outcome.count("received") + outcome.count("kernel_drops")
                == summary.total(Flow::datagrams),
            "%d sent, %d received"
                .formatted(summary.total(Flow::datagrams), outcome.count("received")));
    for (Flow flow : summary.flows()) {
      outcome.expect(
          flow.datagrams() > 0 && flow.droppedDatagrams() == 0,
          "%s: %d sent, dropped %s".formatted(flow.stream(), flow.datagrams(), flow.dropped()));
    }
    expectRefused(
        lab,
        outcome,
        PlainUser.prefixAfter(inside, LOCKED_BYTES),
        text(80, file, receiver.addresses(), false),
        "AmbientCapabilities=CAP_NET_BIND_SERVICE");
    expectRefused(
        lab,
        outcome,
        PlainUser.prefixAfter(inside, LOCKED_BYTES / 4),
        text(port, file, receiver.addresses(), false),
        "AmbientCapabilities=CAP_IPC_LOCK");
    expectRefused(
        lab,
        outcome,
        PlainUser.prefixAfter(inside, LOCKED_BYTES),
        text(port, file, receiver.addresses(), false).replace("dscp = 46", "mark = 7"),
        "AmbientCapabilities=CAP_NET_ADMIN");
    return outcome;
  }

  private static void expectRefused(
      Lab lab, Outcome outcome, List<String> prefix, String configuration, String fix) {
    ManagedProcess refused = lab.startDaemon("refused", prefix, configuration, List.of()).process();
    int exit = refused.awaitExit(Steps.PATIENCE);
    String said = refused.tail(5);
    outcome.expect(
        exit == EXIT_REFUSED && said.contains(fix),
        "exit %d, and not %s: %s".formatted(exit, fix, said));
  }

  private static Path largeFile(Lab lab) {
    Path file = lab.folder().resolve("large.bin");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(FILE_BYTES);
      return file;
    } catch (IOException failure) {
      throw new UncheckedIOException("can't make " + file + ": " + failure, failure);
    }
  }

  private void change(Lab lab, String text) {
    try {
      Files.writeString(lab.folder().resolve(name() + ".conf"), text);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't write the configuration: " + failure, failure);
    }
  }

  private static String text(int port, Path file, List<String> to, boolean more) {
    String added =
        """
            added { source { type = generator, datagram-size = 500 }
                    pace = 500/s
                    targets = [ { to = "%s", ttl = 3 } ] }
        """
            .formatted(to.get(2));
    return """
    millrace {
      rings { cpus = [ %d ], idle = park }
      buffers { slot-size = 64 KiB, slots-per-ring = 64 }
      send { engine = uring, zero-copy = always, send-buffer = 64 MiB }
      admin { listen = "127.0.0.1:%d", control = true }
      streams {
        trains { source { type = generator, datagram-size = 1400, sequenced = true }
                 pace { datagrams-per-second = 10000, burst = 500 ms }
                 targets = [ { to = "%s", interface = %s, dscp = 46 } ] }
        file { source { type = file, path = "%s", datagram-size = 1316, loop = true }
               pace { rate = 20 Mbit/s }
               targets = [ "%s" ] }
    %s  }
    }
    """
        .formatted(
            Machine.cpus().getLast(),
            port,
            to.get(0),
            Steps.Link.SENDER_DEVICE,
            file,
            to.get(1),
            more ? added : "");
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
