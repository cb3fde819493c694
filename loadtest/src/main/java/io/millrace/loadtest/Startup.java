package io.millrace.loadtest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.bench.StartupBench;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.text.Json;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code loadtest/startup}: how fast a daemon starts, and how its first second goes. */
@Command(
    name = "startup",
    mixinStandardHelpOptions = true,
    description =
        "Starts the daemon several times, with its AOT cache and without: time and CPU time from"
            + " exec to the first datagram over loopback, and the rate of the first second in"
            + " windows of 50 ms against the steady rate, on a veth pair in network namespaces of"
            + " its own (needs root).",
    footer = "Exit: 0 within the limits, 1 not, or something failed, 2 usage.")
public final class Startup implements Callable<Integer> {
  @Option(
      names = "--quick",
      description = "2 rounds, a limit of 20 s, none for the first second: that it works")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "rounds (7; with --quick 2)")
  private @Nullable Integer rounds;

  @Option(
      names = "--limit-ms",
      paramLabel = "MS",
      description = "to the first datagram, the median (400; with --quick 20000)")
  private @Nullable Integer limitMs;

  @Option(
      names = "--lowest",
      paramLabel = "PART",
      description = "of the steady rate in each window, the median (0.8; with --quick 0)")
  private @Nullable Double lowest;

  @Option(names = "--no-rates", description = "only the time to the first datagram")
  private boolean noRates;

  @Option(names = "--json", paramLabel = "FILE", description = "write the results there as JSON")
  private @Nullable Path json;

  @Option(
      names = "--millrace",
      paramLabel = "FILE",
      description = "the daemon's launcher (the project's own deploy/millrace)")
  private @Nullable Path millrace;

  private Startup() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Startup()).execute(arguments));
  }

  @Override
  public Integer call() {
    Path root = Lab.projectRoot();
    Path launcher = millrace == null ? root.resolve("deploy/millrace") : millrace.toAbsolutePath();
    try (Lab lab = Lab.open(root, launcher)) {
      StartupBench bench =
          StartupBench.run(lab, rounds == null ? (quick ? 2 : 7) : rounds, whyNoRates());
      System.out.print(bench.table());
      if (json != null) {
        ObjectNode results = Json.object();
        results.set("machine", Machine.describe(root));
        results.setAll(bench.json());
        Json.write(json, results);
      }
      return verdict(bench);
    } catch (HarnessException failure) {
      System.err.println("startup: " + failure.getMessage());
      return 1;
    }
  }

  private @Nullable String whyNoRates() {
    if (noRates) {
      return "--no-rates";
    }
    if (!Namespaces.hasTool("nft") && !Namespaces.hasTool("tc")) {
      return "missing tool: apt-get install -y nftables";
    }
    return null;
  }

  private int verdict(StartupBench bench) {
    int mostMs = limitMs == null ? (quick ? 20_000 : 400) : limitMs;
    double least = lowest == null ? (quick ? 0 : 0.8) : lowest;
    boolean inTime = bench.firstDatagramMs() <= mostMs;
    boolean even = bench.lowestWindow() >= least;
    System.out.printf(
        Locale.ROOT,
        "first datagram after %.0f ms (limit %d): %s; lowest window %.2f (limit %.2f): %s%n",
        bench.firstDatagramMs(),
        mostMs,
        inTime ? "holds" : "TOO LATE",
        bench.lowestWindow(),
        least,
        even ? "holds" : "TOO LOW");
    return inTime && even ? 0 : 1;
  }
}
