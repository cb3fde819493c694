package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import io.millrace.loadtest.text.Table;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The result of {@link SenderBench}, as a table, as Markdown and as JSON. Immutable. */
public final class BenchReport {
  private static final double WANTED_RATIO = 0.97;
  private static final double WANTED_USER_SHARE = 0.04;
  private static final double WANTED_MANY_TARGETS = 0.8;
  private static final int LONGEST_CONFIGURATION = 900;

  private static final String LIMITS =
      """
      ## What this doesn't show
      - A network card: veth hands pages over in memory, does no segmentation work, has no interrupts and no DMA. Rates here
        are the price of the system calls, the UDP stack and the completions, not of a wire.
      - Reception: the far side drops at its ingress hook, before its stack. On loopback and to a local receiver the kernel
        copies after all.
      - Warm-up: rates and shares of CPU time are of a window that begins 3 s after the first packet, for both senders;
        the JSON has those of the whole run too. Threads other than the one that sends (a JVM compiles on its own) count
        only in so far as they take the CPU from it.
      - Fine shares of CPU time: where the kernel splits user and system time by timer ticks, a share is good to a few
        tenths of a per cent in a run of seconds.
      - A quiet machine: other work may have run on it; the load average at the end says how much. Ratios are taken round by
        round for that reason; look at their spread.
      """;

  private final BenchSettings settings;
  private final List<CaseResult> results;
  private final String combinedCqe;
  private final List<String> setup;
  private final List<String> commands;
  private final String configuration;

  BenchReport(
      BenchSettings settings,
      List<CaseResult> results,
      String combinedCqe,
      List<String> setup,
      List<String> commands,
      String configuration) {
    this.settings = settings;
    this.results = results;
    this.combinedCqe = combinedCqe;
    this.setup = setup;
    this.commands = commands;
    this.configuration = configuration;
  }

  public Table table() {
    Table table =
        new Table(
            "zero-copy sends",
            "Java req/s",
            "C req/s",
            "Java/C",
            "least",
            "most",
            "Java user %",
            "C user %",
            "Java CQEs/req",
            "C CQEs/req");
    for (CaseResult result : results) {
      table.add(
          result.benchCase().name(),
          "%,.0f".formatted(result.javaMedian(Measurement::requestsPerSecond)),
          "%,.0f".formatted(result.referenceMedian(Measurement::requestsPerSecond)),
          "%.3f".formatted(result.ratioMedian()),
          "%.3f".formatted(result.ratioLeast()),
          "%.3f".formatted(result.ratioMost()),
          "%.2f".formatted(100 * result.javaMedian(Measurement::userShare)),
          "%.2f".formatted(100 * result.referenceMedian(Measurement::userShare)),
          "%.3f".formatted(result.javaMedian(Measurement::cqesPerRequest)),
          "%.3f".formatted(result.referenceMedian(Measurement::cqesPerRequest)));
    }
    return table;
  }

  /** What was wanted, and whether it was reached. */
  public String verdicts() {
    StringBuilder text = new StringBuilder();
    for (CaseResult result : results) {
      String name = result.benchCase().name();
      if (result.benchCase().targets() == 1) {
        append(text, name + ": Java/C", result.ratioMedian(), ">=", WANTED_RATIO);
        append(
            text,
            name + ": Java's user-mode share",
            result.javaMedian(Measurement::userShare),
            "<",
            WANTED_USER_SHARE);
      } else {
        CaseResult single = single(result.benchCase().bytes());
        if (single != null) {
          double java = result.medianAgainst(single, true);
          append(text, name + ": Java, against one target", java, ">=", WANTED_MANY_TARGETS);
          double c = result.medianAgainst(single, false);
          text.append("- %s: C, against one target: %.3f%n".formatted(name, c));
        }
      }
      if (result.failed() > 0) {
        text.append("- %s: %d requests failed%n".formatted(name, result.failed()));
      }
    }
    return text.toString();
  }

  private static void append(
      StringBuilder text, String what, double value, String relation, double wanted) {
    boolean reached = relation.equals("<") ? value < wanted : value >= wanted;
    text.append(
        "- %s: %.3f, wanted %s %.2f: %s%n"
            .formatted(what, value, relation, wanted, reached ? "reached" : "NOT reached"));
  }

  private @Nullable CaseResult single(int bytes) {
    for (CaseResult result : results) {
      if (result.benchCase().targets() == 1 && result.benchCase().bytes() == bytes) {
        return result;
      }
    }
    return null;
  }

  public String markdown(JsonNode machine, String commandLine) {
    StringBuilder text = new StringBuilder("# Java daemon against the C reference sender\n\n");
    text.append(
        ("Medians of %d rounds of %.1f s per sender, after 3 s of warm-up; in each round Java, then"
             + " C. Ratios are per round. Batch %d, one thread pinned to CPU %d, veth with MTU %d,"
             + " dropped at the far side's ingress hook. Combined completions: %s.%n%n")
            .formatted(
                settings.rounds(),
                settings.seconds(),
                settings.batch(),
                settings.cpu(),
                NetworkPair.MTU,
                combinedCqe.isEmpty() ? "unknown" : combinedCqe));
    text.append(table().toMarkdown()).append('\n').append(verdicts());
    text.append("\n").append(LIMITS);
    text.append("\n## Machine\n");
    for (Map.Entry<String, JsonNode> entry : machine.properties()) {
      text.append("- %s: %s%n".formatted(entry.getKey(), entry.getValue().asText()));
    }
    text.append("\n## Commands\n```\n").append(commandLine).append('\n');
    setup.forEach(command -> text.append(command).append('\n'));
    commands.forEach(command -> text.append(command).append('\n'));
    text.append("```\nThe daemon's configuration, of the last case:\n```\n");
    text.append(
        configuration.length() <= LONGEST_CONFIGURATION
            ? configuration
            : configuration.substring(0, LONGEST_CONFIGURATION) + "\n...\n");
    return text.append("```\n").toString();
  }

  public ObjectNode json(JsonNode machine, String commandLine) {
    ObjectNode json = Json.object();
    json.set("machine", machine);
    json.put("command", commandLine);
    json.put("rounds", settings.rounds());
    json.put("seconds", settings.seconds());
    json.put("batch", settings.batch());
    json.put("cpu", settings.cpu());
    json.put("combined_cqe", combinedCqe);
    ArrayNode cases = json.putArray("cases");
    results.forEach(result -> cases.add(result.json()));
    ArrayNode run = json.putArray("commands");
    setup.forEach(run::add);
    commands.forEach(run::add);
    return json;
  }
}
