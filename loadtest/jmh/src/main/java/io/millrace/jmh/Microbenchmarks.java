package io.millrace.jmh;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * {@code loadtest/jmh/run}: runs suites of benchmarks with JMH's options, prints a summary of each,
 * and writes it down unless it was a quick run.
 */
public final class Microbenchmarks {
  private static final String QUICK = "--quick";
  private static final TimeValue QUICK_ITERATION = TimeValue.milliseconds(200);
  private static final int QUICK_ITERATIONS = 3;

  private Microbenchmarks() {}

  public static void main(String[] arguments) throws IOException {
    List<String> forJmh = new ArrayList<>(List.of(arguments));
    boolean quick = forJmh.remove(QUICK);
    List<Suite> suites = takeSuites(forJmh);
    int exit = 0;
    try {
      CommandLineOptions commandLine = new CommandLineOptions(forJmh.toArray(new String[0]));
      String command = ("loadtest/jmh/run " + String.join(" ", arguments)).strip();
      if (commandLine.shouldHelp()) {
        System.out.println("Usage: loadtest/jmh/run [--quick] [SUITE...] [JMH OPTION...]");
        commandLine.showHelp();
        return;
      }
      for (Suite suite : suites) {
        run(suite, commandLine, quick, command);
      }
    } catch (CommandLineOptionException usage) {
      System.err.println("jmh: " + usage.getMessage() + " (-h lists the options)");
      exit = 2;
    } catch (RunnerException failure) {
      System.err.println("jmh: " + failure.getMessage());
      exit = 1;
    }
    System.exit(exit);
  }

  /** Takes the names of suites out of the arguments; all suites where there is none. */
  private static List<Suite> takeSuites(List<String> arguments) {
    List<Suite> named = new ArrayList<>();
    for (Iterator<String> each = arguments.iterator(); each.hasNext(); ) {
      Suite suite = Suite.of(each.next());
      if (suite != null) {
        named.add(suite);
        each.remove();
      }
    }
    return named.isEmpty() ? List.of(Suite.values()) : named;
  }

  private static void run(
      Suite suite, CommandLineOptions commandLine, boolean quick, String command)
      throws IOException, RunnerException {
    Runner runner = new Runner(options(suite, commandLine, quick).build());
    if (commandLine.shouldList()) {
      runner.list();
      return;
    }
    Collection<RunResult> results = runner.run();
    Suite.Report report = suite.report(results);
    System.out.print("\n" + report.text());
    if (!quick) {
      Path root = Lab.projectRoot();
      ObjectNode machine = Machine.describe(root);
      write(
          suite,
          root,
          JmhRun.json(results, machine, command),
          report.markdown() + JmhRun.provenance(machine, command));
    }
  }

  /** A quick run is short wherever the command line doesn't say how long it should be. */
  private static OptionsBuilder options(
      Suite suite, CommandLineOptions commandLine, boolean quick) {
    OptionsBuilder options = new OptionsBuilder();
    options.parent(commandLine);
    if (commandLine.getIncludes().isEmpty()) {
      options.include(suite.pattern());
    }
    options.addProfiler(GCProfiler.class);
    options.shouldFailOnError(true);
    if (quick) {
      options.forks(commandLine.getForkCount().orElse(1));
      options.warmupIterations(commandLine.getWarmupIterations().orElse(QUICK_ITERATIONS));
      options.warmupTime(commandLine.getWarmupTime().orElse(QUICK_ITERATION));
      options.measurementIterations(
          commandLine.getMeasurementIterations().orElse(QUICK_ITERATIONS));
      options.measurementTime(commandLine.getMeasurementTime().orElse(QUICK_ITERATION));
      if (suite == Suite.REAP_MERGE && !commandLine.getParameter("batch").hasValue()) {
        options.param("batch", "32");
      }
    }
    return options;
  }

  private static void write(Suite suite, Path root, ObjectNode json, String markdown)
      throws IOException {
    String dated = LocalDate.now(ZoneId.systemDefault()) + "-" + Machine.commit(root);
    Path folder = root.resolve("loadtest/results").resolve(dated);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(suite.label() + ".md"), markdown);
    Json.write(folder.resolve(suite.label() + ".json"), json);
    System.out.println("written to " + folder);
  }
}
