package io.millrace.loadtest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.bench.BenchReport;
import io.millrace.loadtest.bench.BenchSettings;
import io.millrace.loadtest.bench.ReceiverBench;
import io.millrace.loadtest.bench.RequestCost;
import io.millrace.loadtest.bench.SenderBench;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.ReferenceSender;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code loadtest/bench}: measures, and writes down what was measured, on what, and how. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description =
        "Measures the Java daemon against the C reference sender in turn, on a veth pair in network"
            + " namespaces of its own (needs root).",
    footer = "Exit: 0 measured, 1 something failed, 2 usage, 3 this machine lacks something.")
public final class Bench implements Callable<Integer> {
  /** Requests of the short run of --request-cost: a JVM has compiled the loop long before. */
  private static final long SHORT_RUN = 1_000_000;

  private static final long LONG_RUN = 2_000_000;
  private static final Duration INSTALL_PATIENCE = Duration.ofMinutes(5);

  @Option(names = "--quick", description = "2 rounds of 1 s: enough to see that it works")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "rounds (3; with --quick 2)")
  private @Nullable Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "per run, after 3 s of warm-up (8; with --quick 1)")
  private @Nullable Double seconds;

  @Option(
      names = "--sizes",
      paramLabel = "BYTES",
      split = ",",
      defaultValue = "64,1400,8000",
      description = "payload sizes (${DEFAULT-VALUE})")
  private List<Integer> sizes = new ArrayList<>();

  @Option(
      names = "--targets",
      paramLabel = "N",
      defaultValue = "1000",
      description = "targets of the many-targets case; 0 leaves it out (${DEFAULT-VALUE})")
  private int targets;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "requests per io_uring_enter (${DEFAULT-VALUE})")
  private int batch;

  @Option(names = "--cpu", paramLabel = "N", description = "the sender's CPU (the last one)")
  private @Nullable Integer cpu;

  @Option(names = "--receiver", description = "measure loadtest/receive instead, over loopback")
  private boolean receiver;

  @Option(
      names = "--request-cost",
      description =
          "measure the CPU time of one request instead, completions combined and paired: for a"
              + " kernel with the combined mode, as in loadtest/vm/run --engine qemu --icount")
  private boolean requestCost;

  @Option(
      names = "--combine-bit",
      paramLabel = "N",
      defaultValue = "15",
      description = "of the combined mode, for --request-cost (${DEFAULT-VALUE})")
  private int combineBit;

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description =
          "the C reference for --request-cost, built before (else loadtest/reference/build does"
              + " it)")
  private @Nullable Path reference;

  @Option(
      names = "--install",
      description = "first apt-get update, and install nftables and iproute2")
  private boolean install;

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      description = "where to write (loadtest/results/<date>-<commit>)")
  private @Nullable Path results;

  @Option(
      names = "--millrace",
      paramLabel = "FILE",
      description = "the daemon's launcher (the project's own deploy/millrace)")
  private @Nullable Path millrace;

  private String commandLine = "loadtest/bench";

  private Bench() {}

  public static void main(String[] arguments) {
    Bench bench = new Bench();
    bench.commandLine = ("loadtest/bench " + String.join(" ", arguments)).strip();
    System.exit(new CommandLine(bench).execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Bench());
  }

  @Override
  public Integer call() {
    Path root = Lab.projectRoot();
    Path launcher = millrace == null ? root.resolve("deploy/millrace") : millrace.toAbsolutePath();
    List<Integer> cpus = Machine.cpus();
    int senderCpu = cpu == null ? cpus.getLast() : cpu;
    double runSeconds = seconds == null ? (quick ? 1 : 8) : seconds;
    try (Lab lab = Lab.open(root, launcher)) {
      if (install) {
        installTools();
      }
      if (receiver) {
        measureReceiver(lab, runSeconds, cpus, senderCpu);
      } else if (requestCost) {
        measureRequestCost(lab, senderCpu);
      } else {
        measureSenders(lab, runSeconds, senderCpu);
      }
      return 0;
    } catch (HarnessException failure) {
      System.err.println("bench: " + failure.getMessage());
      return 1;
    }
  }

  private void measureSenders(Lab lab, double runSeconds, int senderCpu) {
    int roundCount = rounds == null ? (quick ? 2 : 3) : rounds;
    BenchReport report =
        SenderBench.run(
            lab, new BenchSettings(roundCount, runSeconds, batch, senderCpu, sizes, targets));
    System.out.print(report.table().toText());
    System.out.print(report.verdicts());
    ObjectNode machine = Machine.describe(lab.root());
    writeFiles(
        lab, "senders", report.json(machine, commandLine), report.markdown(machine, commandLine));
  }

  private void measureReceiver(Lab lab, double runSeconds, List<Integer> cpus, int senderCpu) {
    int receiverCpu = cpus.getFirst();
    if (receiverCpu == senderCpu) {
      throw new HarnessException("sender and receiver need a CPU each, and there is one");
    }
    ReceiverBench bench = ReceiverBench.run(lab, runSeconds, receiverCpu, senderCpu);
    System.out.print(bench.table().toText());
    write(lab, "receiver", bench.json(), bench.markdown());
  }

  private void measureRequestCost(Lab lab, int senderCpu) {
    RequestCost cost =
        RequestCost.run(
            lab,
            reference == null
                ? ReferenceSender.build(lab.root(), lab.folder().resolve("reference-sender"))
                : ReferenceSender.of(reference.toAbsolutePath()),
            rounds == null ? (quick ? 1 : 3) : rounds,
            quick ? 20_000 : SHORT_RUN,
            quick ? 60_000 : LONG_RUN,
            senderCpu,
            combineBit);
    System.out.print(cost.table().toText());
    write(lab, "request-cost", cost.json(), cost.markdown());
  }

  /** Adds what it was measured on, and how. */
  private void write(Lab lab, String name, ObjectNode figures, String text) {
    ObjectNode machine = Machine.describe(lab.root());
    ObjectNode json = Json.object();
    json.set("machine", machine);
    json.put("command", commandLine);
    json.setAll(figures);
    writeFiles(
        lab, name, json, text + "\nMachine: `" + machine + "`\n\nCommand: `" + commandLine + "`\n");
  }

  private static void installTools() {
    aptGet("update");
    aptGet("install", "-y", "--no-install-recommends", "nftables", "iproute2");
  }

  private static void aptGet(String... arguments) {
    List<String> command = new ArrayList<>(List.of("apt-get"));
    command.addAll(List.of(arguments));
    System.err.println("bench: " + String.join(" ", command));
    try (ManagedProcess process = ManagedProcess.start("apt-get", command)) {
      int exit = process.awaitExit(INSTALL_PATIENCE);
      if (exit != 0) {
        throw new HarnessException("apt-get: exit " + exit + ": " + process.tail(5));
      }
    }
  }

  private void writeFiles(Lab lab, String name, ObjectNode json, String markdown) {
    String dated = LocalDate.now(ZoneId.systemDefault()) + "-" + Machine.commit(lab.root());
    Path folder = results == null ? lab.root().resolve("loadtest/results").resolve(dated) : results;
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(name + ".md"), markdown);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't write to " + folder + ": " + failure, failure);
    }
    Json.write(folder.resolve(name + ".json"), json);
    System.out.println("written to " + folder);
  }
}
