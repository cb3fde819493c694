package io.millrace.loadtest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ResultFiles;
import io.millrace.loadtest.kill.KillReport;
import io.millrace.loadtest.kill.KillRun;
import io.millrace.loadtest.kill.KillSettings;
import io.millrace.loadtest.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code loadtest/kill}: SIGKILL at any moment leaves nothing, and a restart works at once. */
@Command(
    name = "kill",
    mixinStandardHelpOptions = true,
    description =
        "Kills the daemon at random moments under load, starts it again each time, and looks for"
            + " what is left; in network namespaces of its own (needs root).",
    footer =
        "Exit: 0 every restart worked and nothing is left, 1 not, or something failed, 2 usage.")
public final class Kill implements Callable<Integer> {
  @Option(names = "--times", paramLabel = "N", description = "kills (200; with --quick 10)")
  private @Nullable Integer times;

  @Option(
      names = "--quick",
      description = "10 kills, and 20 s for a restart: that it works, on a busy machine too")
  private boolean quick;

  @Option(names = "--seed", paramLabel = "N", description = "of the moments (a random one)")
  private @Nullable Long seed;

  @Option(
      names = "--limit-ms",
      paramLabel = "MS",
      description = "for a restart (5000; with --quick 20000)")
  private @Nullable Integer limitMs;

  @Option(names = "--json", paramLabel = "FILE", description = "write the results there as JSON")
  private @Nullable Path json;

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      arity = "0..1",
      fallbackValue = "",
      description = "keep kill.json and kill.md there (loadtest/results/<date>-<commit>)")
  private @Nullable Path results;

  @Option(
      names = "--millrace",
      paramLabel = "FILE",
      description = "the daemon's launcher (the project's own deploy/millrace)")
  private @Nullable Path millrace;

  private String commandLine = "";

  private Kill() {}

  public static void main(String[] arguments) {
    Kill kill = new Kill();
    kill.commandLine = ("loadtest/kill " + String.join(" ", arguments)).strip();
    System.exit(new CommandLine(kill).execute(arguments));
  }

  @Override
  public Integer call() {
    Path root = Lab.projectRoot();
    Path launcher = millrace == null ? root.resolve("deploy/millrace") : millrace.toAbsolutePath();
    KillSettings settings =
        new KillSettings(
            times == null ? (quick ? 10 : 200) : times,
            quick ? 1 : 5,
            seed == null ? ThreadLocalRandom.current().nextLong(1L << 40) : seed,
            Duration.ofMillis(limitMs == null ? (quick ? 20_000 : 5_000) : limitMs));
    System.err.println("kill: seed " + settings.seed());
    try (Lab lab = Lab.open(root, launcher)) {
      KillReport report = KillRun.run(lab, settings);
      System.out.print(report.table().toText());
      report.problems().forEach(problem -> System.out.println("kill: " + problem));
      ObjectNode figures = ResultFiles.withMachine(root, commandLine, report.json());
      if (json != null) {
        Json.write(json, figures);
      }
      if (results != null) {
        ResultFiles.write(
            ResultFiles.folder(root, results.toString().isEmpty() ? null : results),
            "kill",
            figures,
            report.markdown());
      }
      return report.holds() ? 0 : 1;
    } catch (HarnessException failure) {
      System.err.println("kill: " + failure.getMessage());
      return 1;
    }
  }
}
