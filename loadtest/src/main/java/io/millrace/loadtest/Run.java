package io.millrace.loadtest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ResultFiles;
import io.millrace.loadtest.scenario.Outcome;
import io.millrace.loadtest.scenario.Scenario;
import io.millrace.loadtest.text.Json;
import io.millrace.loadtest.text.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code loadtest/run}: starts receivers and the daemon on loopback and checks what comes out. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Runs load test scenarios over loopback or between network namespaces; without a name, all"
            + " of them.",
    footer = "Exit: 0 every scenario holds, 1 one doesn't, 2 usage.")
public final class Run implements Callable<Integer> {
  @Parameters(paramLabel = "SCENARIO", description = "what to run (--list names them)")
  private List<String> names = new ArrayList<>();

  @Option(names = "--list", description = "say what there is, and run nothing")
  private boolean list;

  @Option(names = "--quick", description = "the short form of each scenario")
  private boolean quick;

  @Option(
      names = "--all",
      description = "a scenario that this machine can't run counts as one that doesn't hold")
  private boolean all;

  @Option(names = "--json", paramLabel = "FILE", description = "write the results there as JSON")
  private @Nullable Path json;

  @Option(
      names = "--results",
      description = "write each scenario's own figures to loadtest/results/<date>-<commit>/")
  private boolean results;

  @Option(
      names = "--millrace",
      paramLabel = "FILE",
      description = "the daemon's launcher (the project's own deploy/millrace)")
  private @Nullable Path millrace;

  private Run() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Run());
  }

  @Override
  public Integer call() {
    if (list) {
      for (Scenario scenario : Scenario.all()) {
        System.out.printf(Locale.ROOT, "%-16s %s%n", scenario.name(), scenario.description());
      }
      return 0;
    }
    List<Scenario> chosen = new ArrayList<>();
    for (String name : names) {
      Scenario scenario = find(name);
      if (scenario == null) {
        System.err.println("run: there is no scenario '" + name + "'; --list names them");
        return 2;
      }
      chosen.add(scenario);
    }
    List<Outcome> outcomes = runAll(chosen.isEmpty() ? Scenario.all() : chosen);
    System.out.print(table(outcomes).toText());
    for (Outcome outcome : outcomes) {
      if (outcome.skipReason() != null) {
        System.out.println(outcome.scenario() + ": skipped: " + outcome.skipReason());
      }
      for (String problem : outcome.problems()) {
        System.out.println(outcome.scenario() + ": " + problem);
      }
    }
    if (json != null) {
      Json.write(json, everything(outcomes));
    }
    if (results) {
      outcomes.stream().filter(outcome -> outcome.skipReason() == null).forEach(this::keep);
    }
    return outcomes.stream().allMatch(this::isGood) ? 0 : 1;
  }

  private boolean isGood(Outcome outcome) {
    return outcome.holds() && (outcome.skipReason() == null || !all);
  }

  private static @Nullable Scenario find(String name) {
    return Scenario.all().stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private List<Outcome> runAll(List<Scenario> scenarios) {
    Path root = Lab.projectRoot();
    Path launcher = millrace == null ? root.resolve("deploy/millrace") : millrace.toAbsolutePath();
    List<Outcome> outcomes = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      System.err.println("run: " + scenario.name() + ": " + scenario.description());
      try (Lab lab = Lab.open(root, launcher)) {
        outcomes.add(scenario.run(lab, quick));
      } catch (HarnessException failure) {
        outcomes.add(Outcome.broken(scenario.name(), String.valueOf(failure.getMessage())));
      }
    }
    return outcomes;
  }

  private static Table table(List<Outcome> outcomes) {
    Table table =
        new Table(
            "scenario",
            "holds",
            "sent",
            "received",
            "lost",
            "dup",
            "reord",
            "drops",
            "datagrams/s",
            "ring user s",
            "ring sys s",
            "proc user s",
            "proc sys s");
    for (Outcome outcome : outcomes) {
      table.add(
          outcome.scenario(),
          outcome.skipReason() != null ? "skipped" : outcome.holds() ? "yes" : "NO",
          "%,d".formatted(outcome.count("sent")),
          "%,d".formatted(outcome.count("received")),
          "%,d".formatted(outcome.count("lost")),
          "%,d".formatted(outcome.count("duplicated")),
          "%,d".formatted(outcome.count("reordered")),
          "%,d".formatted(outcome.count("dropped")),
          "%,.0f".formatted(outcome.figure("datagrams_per_second")),
          "%.2f".formatted(outcome.figure("ring_user_seconds")),
          "%.2f".formatted(outcome.figure("ring_system_seconds")),
          "%.2f".formatted(outcome.figure("process_user_seconds")),
          "%.2f".formatted(outcome.figure("process_system_seconds")));
    }
    return table;
  }

  /** What is worth keeping: the scenario's own figures, and tables of them. */
  private void keep(Outcome outcome) {
    Path root = Lab.projectRoot();
    String command = "loadtest/run " + (quick ? "--quick " : "") + outcome.scenario();
    ResultFiles.write(
        ResultFiles.folder(root, null),
        outcome.scenario(),
        ResultFiles.withMachine(root, command, outcome.figures()),
        markdown(outcome));
  }

  private static String markdown(Outcome outcome) {
    Scenario scenario = requireNonNull(find(outcome.scenario()));
    List<String> parts = new ArrayList<>();
    parts.add("# %s: %s".formatted(scenario.name(), scenario.description()));
    outcome.tables().forEach(table -> parts.add(table.toMarkdown().stripTrailing()));
    if (!outcome.holds()) {
      parts.add("It doesn't hold: " + String.join("; ", outcome.problems()) + ".");
    } else {
      parts.add(outcome.notJudged().isEmpty() ? "It holds." : "What was judged holds.");
    }
    outcome.notJudged().forEach(reason -> parts.add(reason + "."));
    return String.join("\n\n", parts) + "\n";
  }

  private ObjectNode everything(List<Outcome> outcomes) {
    ObjectNode report = Json.object();
    report.put("holds", outcomes.stream().allMatch(this::isGood));
    report.put("quick", quick);
    report.set("machine", Machine.describe(Lab.projectRoot()));
    ArrayNode scenarios = report.putArray("scenarios");
    outcomes.forEach(outcome -> scenarios.add(outcome.json()));
    return report;
  }
}
