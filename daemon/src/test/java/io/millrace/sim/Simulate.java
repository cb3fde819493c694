package io.millrace.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** What {@code loadtest/simulate} starts; its usage is there. */
public final class Simulate {
  private long first = ThreadLocalRandom.current().nextLong(1L << 40);
  private long seeds = 10_000;
  private long mostNs = Long.MAX_VALUE;
  private boolean mutants;
  private String results = "";

  private Simulate() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Simulate simulate = new Simulate();
    simulate.read(arguments);
    System.exit(simulate.run(command(arguments)) ? 0 : 1);
  }

  /** As it was typed, but for the folder of the results, which is another one on each machine. */
  private static String command(String[] arguments) {
    return ("loadtest/simulate " + String.join(" ", arguments))
        .replaceFirst("(--results) \\S*", "$1");
  }

  private void read(String[] arguments) {
    for (int index = 0; index < arguments.length; index++) {
      switch (arguments[index]) {
        case "--seed" -> {
          first = Long.parseLong(arguments[++index]);
          seeds = 1;
        }
        case "--first" -> first = Long.parseLong(arguments[++index]);
        case "--seeds" -> seeds = Long.parseLong(arguments[++index]);
        case "--minutes" -> {
          mostNs = TimeUnit.MINUTES.toNanos(Long.parseLong(arguments[++index]));
          seeds = Long.MAX_VALUE - first;
        }
        case "--mutants" -> mutants = true;
        case "--results" -> results = arguments[++index];
        default -> {
          System.err.println("simulate: no such option: " + arguments[index]);
          System.exit(2);
        }
      }
    }
  }

  /** Whether everything held, and every planted bug was found. */
  private boolean run(String command) throws IOException, InterruptedException {
    Campaign.Outcome outcome = Campaign.run(first, seeds, mostNs);
    System.out.println(Report.line(outcome));
    outcome.failures().forEach(System.out::println);
    boolean holds = outcome.failures().isEmpty();
    List<MutantHunt.Find> finds = new ArrayList<>();
    if (mutants) {
      for (Mutant mutant : Mutant.values()) {
        MutantHunt.Find find = MutantHunt.hunt(mutant);
        finds.add(find);
        holds &= find.seeds() > 0;
        System.out.println("mutant " + mutant + ": " + find.seeds() + " seeds: " + find.by());
      }
    }
    if (!results.isEmpty()) {
      Report.write(Path.of(results), outcome, finds, command);
    }
    return holds;
  }
}
