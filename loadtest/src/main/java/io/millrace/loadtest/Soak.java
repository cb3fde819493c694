package io.millrace.loadtest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ResultFiles;
import io.millrace.loadtest.soak.SoakReport;
import io.millrace.loadtest.soak.SoakRun;
import io.millrace.loadtest.soak.SoakSettings;
import io.millrace.loadtest.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code loadtest/soak}: a daemon that everything is done to, for as long as you like. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    description =
        "Runs the daemon while reloads, requests, failures of targets, packet filters, links and"
            + " MTUs change under it at random, by a seed; in network namespaces of its own (needs"
            + " root).",
    footer = "Exit: 0 nothing was lost or leaked, 1 something was, or failed, 2 usage.")
public final class Soak implements Callable<Integer> {
  private static final Duration QUICK = Duration.ofSeconds(30);

  @Option(names = "--minutes", paramLabel = "N", description = "how long (10)")
  private double minutes = 10;

  @Option(names = "--quick", description = "30 seconds, too short for a slope: that it works")
  private boolean quick;

  @Option(names = "--seed", paramLabel = "N", description = "of the steps (a random one)")
  private @Nullable Long seed;

  @Option(names = "--verbose", description = "print each step")
  private boolean verbose;

  @Option(names = "--json", paramLabel = "FILE", description = "write the results there as JSON")
  private @Nullable Path json;

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      arity = "0..1",
      fallbackValue = "",
      description = "keep soak.json and soak.md there (loadtest/results/<date>-<commit>)")
  private @Nullable Path results;

  @Option(
      names = "--millrace",
      paramLabel = "FILE",
      description = "the daemon's launcher (the project's own deploy/millrace)")
  private @Nullable Path millrace;

  private String commandLine = "";

  private Soak() {}

  public static void main(String[] arguments) {
    Soak soak = new Soak();
    soak.commandLine = ("loadtest/soak " + String.join(" ", arguments)).strip();
    System.exit(new CommandLine(soak).execute(arguments));
  }

  @Override
  public Integer call() {
    Path root = Lab.projectRoot();
    Path launcher = millrace == null ? root.resolve("deploy/millrace") : millrace.toAbsolutePath();
    SoakSettings settings =
        new SoakSettings(
            quick ? QUICK : Duration.ofMillis((long) (minutes * 60_000)),
            seed == null ? ThreadLocalRandom.current().nextLong(1L << 40) : seed,
            verbose);
    System.err.println("soak: seed " + settings.seed());
    try (Lab lab = Lab.open(root, launcher)) {
      SoakReport report = SoakRun.run(lab, settings);
      System.out.print(report.table().toText());
      report.problems().forEach(problem -> System.out.println("soak: " + problem));
      ObjectNode figures = ResultFiles.withMachine(root, commandLine, report.json());
      if (json != null) {
        Json.write(json, figures);
      }
      if (results != null) {
        ResultFiles.write(
            ResultFiles.folder(root, results.toString().isEmpty() ? null : results),
            "soak",
            figures,
            report.markdown());
      }
      return report.holds() ? 0 : 1;
    } catch (HarnessException failure) {
      System.err.println("soak: " + failure.getMessage());
      return 1;
    }
  }
}
