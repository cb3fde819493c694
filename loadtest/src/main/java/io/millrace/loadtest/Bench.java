package io.millrace.loadtest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.bench.BenchReport;
import io.millrace.loadtest.bench.BenchSettings;
import io.millrace.loadtest.bench.Installer;
import io.millrace.loadtest.bench.ReceiverBench;
import io.millrace.loadtest.bench.RequestCost;
import io.millrace.loadtest.bench.SenderBench;
import io.millrace.loadtest.bench.Suite;
import io.millrace.loadtest.bench.SuiteReport;
import io.millrace.loadtest.bench.SuiteSettings;
import io.millrace.loadtest.bench.Versions;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ReferenceSender;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        "Measures the daemon in every mode, the C reference and other senders in turn, on a veth"
            + " pair in network namespaces of its own (needs root): about ten minutes.",
    footer = "Exit: 0 measured, 1 something failed, 2 usage, 3 this machine lacks something.")
public final class Bench implements Callable<Integer> {
  /** Requests of the short run of --request-cost: a JVM has compiled the loop long before. */
  private static final long SHORT_RUN = 1_000_000;

  private static final long LONG_RUN = 2_000_000;

  @Option(
      names = "--quick",
      description = "one short round of one size: enough to see that everything works")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "rounds (3; with --quick 1)")
  private @Nullable Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description =
          "per run, after warm-up (0.8; --senders and --receiver: 8; --sqpoll: 4; with --quick"
              + " 0.3)")
  private @Nullable Double seconds;

  @Option(
      names = "--sizes",
      paramLabel = "BYTES",
      split = ",",
      description =
          "payload sizes (64,200,1400,8000; --senders: 64,1400,8000; --sqpoll and --quick: 1400)")
  private List<Integer> sizes = new ArrayList<>();

  @Option(
      names = "--targets",
      paramLabel = "N",
      split = ",",
      description =
          "targets of the many-targets cases, 0 leaves them out (10,100,1000,10000; --senders:"
              + " 1000; with --quick 100)")
  private List<Integer> targets = new ArrayList<>();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "requests per io_uring_enter (${DEFAULT-VALUE})")
  private int batch;

  @Option(names = "--cpu", paramLabel = "N", description = "the sender's CPU (the last one)")
  private @Nullable Integer cpu;

  @Option(
      names = "--senders",
      description =
          "measure only the Java daemon against the C reference, zero-copy singles, in longer"
              + " windows")
  private boolean senders;

  @Option(
      names = "--sqpoll",
      description =
          "measure only rings that a kernel thread polls (SQPOLL) against others, Java and C, in"
              + " longer windows")
  private boolean sqpoll;

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
      description = "of the combined mode, for the C reference (${DEFAULT-VALUE})")
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
      description = "first apt-get update, and install the link's tools, the peers and a font")
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
    try (Lab lab = Lab.open(root, launcher)) {
      if (install) {
        Installer.install();
      }
      if (receiver) {
        measureReceiver(lab, cpus, senderCpu);
      } else if (requestCost) {
        measureRequestCost(lab, senderCpu);
      } else if (senders) {
        measureSenders(lab, senderCpu);
      } else {
        return measureAll(lab, cpus, senderCpu);
      }
      return 0;
    } catch (HarnessException failure) {
      System.err.println("bench: " + failure.getMessage());
      return 1;
    }
  }

  private double secondsOr(double usual, double quickly) {
    return seconds == null ? (quick ? quickly : usual) : seconds;
  }

  private int roundsOr(int usual) {
    return rounds == null ? (quick ? 1 : usual) : rounds;
  }

  private static List<Integer> orElse(List<Integer> asked, List<Integer> usual) {
    return asked.isEmpty() ? usual : asked.stream().filter(number -> number > 0).toList();
  }

  private int measureAll(Lab lab, List<Integer> cpus, int senderCpu) {
    int otherCpu = cpus.stream().filter(other -> other != senderCpu).findFirst().orElse(-1);
    SuiteSettings settings =
        new SuiteSettings(
            roundsOr(3),
            secondsOr(sqpoll ? 4 : 0.8, 0.3),
            batch,
            senderCpu,
            otherCpu,
            orElse(sizes, quick || sqpoll ? List.of(1400) : List.of(64, 200, 1400, 8000)),
            orElse(targets, quick ? List.of(100) : List.of(10, 100, 1000, 10_000)),
            combineBit,
            quick,
            sqpoll);
    SuiteReport report = Suite.run(lab, settings);
    System.out.print(report.text());
    ObjectNode machine = Machine.describe(lab.root());
    machine.set("versions", Versions.describe());
    Path folder = resultsFolder(lab);
    Json.write(folder.resolve("bench.json"), report.json(machine, commandLine));
    write(folder.resolve("bench.csv"), report.csv());
    List<String> plots = report.writePlots(folder);
    write(folder.resolve("bench.md"), report.markdown(machine, commandLine, plots));
    System.out.println("written to " + folder);
    return report.hasFailed() ? 1 : 0;
  }

  private void measureSenders(Lab lab, int senderCpu) {
    BenchReport report =
        SenderBench.run(
            lab,
            new BenchSettings(
                roundsOr(3),
                secondsOr(8, 1),
                batch,
                senderCpu,
                orElse(sizes, List.of(64, 1400, 8000)),
                orElse(targets, List.of(1000))));
    System.out.print(report.table().toText());
    System.out.print(report.verdicts());
    ObjectNode machine = Machine.describe(lab.root());
    writeFiles(
        lab, "senders", report.json(machine, commandLine), report.markdown(machine, commandLine));
  }

  private void measureReceiver(Lab lab, List<Integer> cpus, int senderCpu) {
    int receiverCpu = cpus.getFirst();
    if (receiverCpu == senderCpu) {
      throw new HarnessException("sender and receiver need a CPU each, and there is one");
    }
    ReceiverBench bench = ReceiverBench.run(lab, secondsOr(8, 1), receiverCpu, senderCpu);
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
            roundsOr(3),
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

  private void writeFiles(Lab lab, String name, ObjectNode json, String markdown) {
    Path folder = resultsFolder(lab);
    write(folder.resolve(name + ".md"), markdown);
    Json.write(folder.resolve(name + ".json"), json);
    System.out.println("written to " + folder);
  }

  private Path resultsFolder(Lab lab) {
    String dated = LocalDate.now(ZoneId.systemDefault()) + "-" + Machine.commit(lab.root());
    Path folder = results == null ? lab.root().resolve("loadtest/results").resolve(dated) : results;
    try {
      return Files.createDirectories(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't make " + folder + ": " + failure, failure);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't write " + file + ": " + failure, failure);
    }
  }
}
