package io.millrace.jmh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/** What JMH says about a run, whatever was measured. */
final class JmhRun {
  private JmhRun() {}

  /** Of the first benchmark: all have the same. */
  static String length(Collection<RunResult> results) {
    if (results.isEmpty()) {
      return "Nothing was measured.";
    }
    BenchmarkParams params = results.iterator().next().getParams();
    return "JMH %s: %d forks, each with %d iterations of %s to warm up and %d of %s measured; %s."
        .formatted(
            params.getJmhVersion(),
            params.getForks(),
            params.getWarmup().getCount(),
            params.getWarmup().getTime(),
            params.getMeasurement().getCount(),
            params.getMeasurement().getTime(),
            String.join(" ", params.getJvmArgs()));
  }

  /** The method's name. */
  static String benchmark(RunResult result) {
    String name = result.getParams().getBenchmark();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** Per operation; NaN if JMH could not tell. */
  static double allocatedBytes(RunResult result) {
    for (String secondary : result.getSecondaryResults().keySet()) {
      if (secondary.endsWith("gc.alloc.rate.norm")) {
        return result.getSecondaryResults().get(secondary).getScore();
      }
    }
    return Double.NaN;
  }

  /** The end of a Markdown file: where it was measured, and how. */
  static String provenance(JsonNode machine, String command) {
    StringBuilder text = new StringBuilder("\n## Machine\n");
    for (Map.Entry<String, JsonNode> entry : machine.properties()) {
      text.append("- %s: %s%n".formatted(entry.getKey(), entry.getValue().asText()));
    }
    return text.append("\n## Command\n```\n").append(command).append("\n```\n").toString();
  }

  static ObjectNode json(Collection<RunResult> results, ObjectNode machine, String command) {
    ObjectNode json = Json.object();
    json.set("machine", machine);
    json.put("command", command);
    JsonNode jmh = Json.parse(jmhJson(results));
    // Where the JVM lies on this host is nobody's business.
    jmh.forEach(result -> ((ObjectNode) result).remove("jvm"));
    json.set("results", jmh);
    return json;
  }

  private static String jmhJson(Collection<RunResult> results) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
    out.flush();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
