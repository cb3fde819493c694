package io.millrace.sim;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of a campaign, for people and for programs. */
final class Report {
  private Report() {}

  static Map<String, Object> figures(Tally tally) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("seeds", tally.seeds);
    Map<String, Long> modes = new LinkedHashMap<>();
    for (SeedMode mode : SeedMode.values()) {
      modes.put(mode.label(), tally.seedsByMode[mode.ordinal()]);
    }
    figures.put("seeds_by_mode", modes);
    figures.put("steps", tally.steps);
    figures.put("requests", tally.requests);
    figures.put("cqes", tally.cqes);
    figures.put("datagrams_offered", tally.datagrams);
    figures.put("commands", tally.commands);
    figures.put("faults", tally.faultsTotal());
    Map<String, Long> kinds = new LinkedHashMap<>();
    for (Fault fault : Fault.values()) {
      kinds.put(name(fault), tally.faults[fault.ordinal()]);
    }
    figures.put("faults_by_kind", kinds);
    return figures;
  }

  private static String name(Fault fault) {
    return fault.name().toLowerCase(Locale.ROOT);
  }

  static String line(Campaign.Outcome outcome) {
    Tally tally = outcome.tally();
    StringBuilder kinds = new StringBuilder();
    for (Fault fault : Fault.values()) {
      kinds.append(", ").append(name(fault)).append(' ').append(tally.faults[fault.ordinal()]);
    }
    return String.format(
        Locale.ROOT,
        "simulation: %,d seeds from %d on, %,d steps, %,d requests, %,d faults in %.1f s%s",
        tally.seeds,
        outcome.firstSeed(),
        tally.steps,
        tally.requests,
        tally.faultsTotal(),
        outcome.seconds(),
        kinds);
  }

  /** Writes simulation.json and simulation.md. */
  static void write(
      Path folder, Campaign.Outcome outcome, List<MutantHunt.Find> finds, String command)
      throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("command", command);
    all.put("machine", machine());
    all.put("first_seed", outcome.firstSeed());
    all.put("seconds", Math.round(outcome.seconds() * 10) / 10.0);
    all.putAll(figures(outcome.tally()));
    all.put("failures", outcome.failures());
    all.put("mutants", finds);
    Files.createDirectories(folder);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(folder.resolve("simulation.json").toFile(), all);
    Files.writeString(folder.resolve("simulation.md"), page(outcome, finds, command));
  }

  private static String page(
      Campaign.Outcome outcome, List<MutantHunt.Find> finds, String command) {
    Tally tally = outcome.tally();
    StringBuilder page = new StringBuilder("# The sender on a simulated kernel\n\n");
    page.append(
        String.format(
            Locale.ROOT,
            "%,d seeds from %d on in %.0f s: %,d duty cycles, each followed by every check; %,d"
                + " requests, %,d CQEs, %,d datagrams offered to targets, %,d commands. Seeds that"
                + " broke an invariant: %d.%n%n",
            tally.seeds,
            outcome.firstSeed(),
            outcome.seconds(),
            tally.steps,
            tally.requests,
            tally.cqes,
            tally.datagrams,
            tally.commands,
            outcome.failures().size()));
    page.append("| mode | seeds |\n| --- | ---: |\n");
    for (SeedMode mode : SeedMode.values()) {
      page.append(
          String.format(
              Locale.ROOT, "| %s | %,d |%n", mode.label(), tally.seedsByMode[mode.ordinal()]));
    }
    page.append("\n| fault | struck |\n| --- | ---: |\n");
    for (Fault fault : Fault.values()) {
      page.append(
          String.format(Locale.ROOT, "| %s | %,d |%n", name(fault), tally.faults[fault.ordinal()]));
    }
    page.append("\n| planted bug | found after seeds | by |\n| --- | ---: | --- |\n");
    for (MutantHunt.Find find : finds) {
      page.append("| ").append(find.mutant()).append(" | ");
      page.append(find.seeds()).append(" | ").append(find.by()).append(" |\n");
    }
    page.append("\nMachine: `").append(machine()).append("`\n");
    page.append("\nCommand: `").append(command).append("`\n");
    return page.toString();
  }

  private static Map<String, Object> machine() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("cpus", Runtime.getRuntime().availableProcessors());
    machine.put("kernel", System.getProperty("os.version"));
    machine.put("java", Runtime.version().toString());
    machine.put("load_average", loadAverage());
    machine.put("commit", System.getProperty("millrace.commit", "unknown"));
    return machine;
  }

  /** Of the last minute; it says whether others were computing too. */
  private static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
