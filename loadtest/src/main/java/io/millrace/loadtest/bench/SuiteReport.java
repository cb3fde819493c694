package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The result of {@link Suite}: for people, for programs, and as plots. Immutable. */
public final class SuiteReport {
  private final SuiteSettings settings;
  private final Figures figures;
  private final SuiteTables tables;
  private final List<String> setup;
  private final Map<String, String> commands;

  SuiteReport(
      SuiteSettings settings, Figures figures, List<String> setup, Map<String, String> commands) {
    this.settings = settings;
    this.figures = figures;
    this.tables = new SuiteTables(figures, settings.sizes());
    this.setup = setup;
    this.commands = commands;
  }

  /** Whether one of ours failed where it should have worked. */
  public boolean hasFailed() {
    return figures.hasFailed();
  }

  /** For the terminal. */
  public String text() {
    if (settings.onlyPolled()) {
      return tables.sqpoll().toText() + "\n" + missing();
    }
    return String.join(
        "\n",
        tables.rates().toText(),
        tables.ratios().toText(),
        tables.costs().toText(),
        tables.sources().toText(),
        tables.targets().toText(),
        tables.rings().toText(),
        tables.sqpoll().toText(),
        tables.loopback().toText(),
        missing());
  }

  /** What isn't in the tables, each reason once. */
  private String missing() {
    Map<String, List<String>> traffic = new LinkedHashMap<>();
    for (Series series : figures.incomplete()) {
      List<String> reasons = new ArrayList<>();
      if (series.notAvailable() != null) {
        reasons.add("not available: " + oneLine(series.notAvailable()));
      }
      series.failures().forEach(failure -> reasons.add("FAILED: " + oneLine(failure)));
      for (String reason : reasons) {
        traffic
            .computeIfAbsent(series.contender().name() + ": " + reason, any -> new ArrayList<>())
            .add(series.traffic().name());
      }
    }
    StringBuilder text = new StringBuilder();
    traffic.forEach(
        (what, where) -> text.append("- %s (%s)%n".formatted(what, String.join("; ", where))));
    return text.isEmpty() ? "- nothing: every contender ran in every round\n" : text.toString();
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  public String markdown(JsonNode machine, String commandLine, List<String> plots) {
    StringBuilder text = new StringBuilder("# Benchmark\n\n");
    text.append(
        ("Medians of %d rounds; in each, every contender in turn for %.1f s. In brackets the least"
                + " and the most. One core for each sender (CPU %d), batch %d, veth with MTU %d,"
                + " counted and dropped at the far side's ingress hook. Ratios are taken round by"
                + " round.%n")
            .formatted(
                settings.rounds(),
                settings.seconds(),
                settings.cpu(),
                settings.batch(),
                NetworkPair.MTU));
    plots.forEach(plot -> text.append("\n![%s](%s)\n".formatted(plot, plot)));
    if (settings.onlyPolled()) {
      section(text, "A kernel thread that polls", tables.sqpoll().toMarkdown());
    } else {
      sections(text);
    }
    section(text, "What was not measured", missing());
    section(text, "What the numbers don't show", SuiteLimits.TEXT);
    StringBuilder described = new StringBuilder();
    for (Map.Entry<String, JsonNode> entry : machine.properties()) {
      String value = entry.getValue().isTextual() ? entry.getValue().asText() : "";
      described.append(
          "- %s: %s%n"
              .formatted(entry.getKey(), value.isEmpty() ? entry.getValue().toString() : value));
    }
    section(text, "Machine", described.toString());
    StringBuilder run = new StringBuilder("```\n" + commandLine + "\n");
    setup.forEach(command -> run.append(command).append('\n'));
    commands.values().forEach(command -> run.append(command).append('\n'));
    section(text, "Commands", run.append("```\n").toString());
    return text.toString();
  }

  private void sections(StringBuilder text) {
    section(text, "Rates", tables.rates().toMarkdown());
    section(text, "Java against C", tables.ratios().toMarkdown());
    section(text, "Cost of a datagram", tables.costs().toMarkdown());
    section(text, "Sources", tables.sources().toMarkdown());
    section(text, "Targets", tables.targets().toMarkdown());
    section(text, "Rings", tables.rings().toMarkdown());
    section(text, "A kernel thread that polls", tables.sqpoll().toMarkdown());
    section(text, "Loopback, end to end", tables.loopback().toMarkdown());
  }

  private static void section(StringBuilder text, String title, String content) {
    text.append("\n## ").append(title).append("\n").append(content);
  }

  public ObjectNode json(JsonNode machine, String commandLine) {
    ObjectNode json = Json.object();
    json.set("machine", machine);
    json.put("command", commandLine);
    json.put("rounds", settings.rounds());
    json.put("seconds", settings.seconds());
    json.put("batch", settings.batch());
    json.put("cpu", settings.cpu());
    json.set("series", new SuiteFiles(figures).seriesJson());
    ArrayNode set = json.putArray("setup");
    setup.forEach(set::add);
    ObjectNode run = json.putObject("commands");
    commands.forEach(run::put);
    return json;
  }

  public String csv() {
    return new SuiteFiles(figures).csv();
  }

  /**
   * Draws the plots. Where this machine can't (it has no font, or no graphics library), it says so
   * and the figures stay.
   *
   * @return the files' names
   */
  public List<String> writePlots(Path folder) {
    if (settings.onlyPolled()) {
      return List.of(); // nothing that they show was measured
    }
    try {
      return new SuitePlots(figures, settings.sizes(), folder).write();
    } catch (RuntimeException | LinkageError | InternalError failure) {
      System.err.println(
          "bench: no plots: %s (apt-get install -y fontconfig fonts-dejavu-core, or --install)"
              .formatted(failure));
      return List.of();
    }
  }
}
