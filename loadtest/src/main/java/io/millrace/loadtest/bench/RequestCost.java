package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReferenceSender;
import io.millrace.loadtest.text.Json;
import io.millrace.loadtest.text.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one more zero-copy request costs the thread that sends, with completions combined and
 * paired, in the Java daemon and in the C reference: the CPU time of a long run less that of a
 * short one, over the difference of their requests. What both runs have in common, such as a JVM's
 * first seconds, drops out. In a virtual machine that counts instructions (loadtest/vm/run
 * --icount) a nanosecond is an instruction, and the figure can be trusted to a fraction of a per
 * cent; elsewhere it is time, with its noise. Owned by one thread.
 */
public final class RequestCost {
  private static final Duration PATIENCE = Duration.ofMinutes(20);
  private static final int BYTES = 1400;
  private static final double NS_PER_SECOND = 1e9;

  /** Who sends, and how completions come. */
  private record Way(String name, boolean java, boolean combined) {}

  /** Two runs' difference, per request. */
  private record Cost(double cpuNs, double userNs, double cqes) {}

  private record Run(long requests, double userSeconds, double systemSeconds, long cqes) {
    Cost against(Run shorter) {
      double more = requests - shorter.requests;
      double user = (userSeconds - shorter.userSeconds) * NS_PER_SECOND / more;
      double system = (systemSeconds - shorter.systemSeconds) * NS_PER_SECOND / more;
      return new Cost(user + system, user, (cqes - shorter.cqes) / more);
    }
  }

  private static final List<Way> WAYS =
      List.of(
          new Way("C, paired", false, false),
          new Way("C, combined", false, true),
          new Way("Java, paired", true, false),
          new Way("Java, combined", true, true));

  private final Lab lab;
  private final NetworkPair network;
  private final ReferenceSender reference;
  private final int cpu;
  private final int combineBit;
  private final Set<String> combinedCqe = new TreeSet<>();
  private final Map<Way, List<Cost>> costs = new LinkedHashMap<>();

  private RequestCost(
      Lab lab, NetworkPair network, ReferenceSender reference, int cpu, int combineBit) {
    this.lab = lab;
    this.network = network;
    this.reference = reference;
    this.cpu = cpu;
    this.combineBit = combineBit;
  }

  /**
   * Measures.
   *
   * @param reference the C reference
   * @param shortCount requests of the short run, enough for a JVM to compile what it will compile
   * @param longCount requests of the long run
   * @param combineBit of {@code sqe->ioprio}, for the C reference
   * @throws HarnessException if something can't be run, or the kernel doesn't combine completions
   */
  public static RequestCost run(
      Lab lab,
      ReferenceSender reference,
      int rounds,
      long shortCount,
      long longCount,
      int cpu,
      int combineBit) {
    NetworkPair network = lab.keep(NetworkPair.open(lab.folder()));
    RequestCost cost = new RequestCost(lab, network, reference, cpu, combineBit);
    for (int round = 0; round < rounds; round++) {
      for (Way way : WAYS) {
        Run small = cost.measure(way, shortCount);
        Run large = cost.measure(way, longCount);
        Cost found = large.against(small);
        cost.costs.computeIfAbsent(way, any -> new ArrayList<>()).add(found);
        System.err.printf(
            Locale.ROOT,
            "bench: round %d of %d, %s: %,.1f ns of CPU time per request (%,.1f user), %.3f CQEs%n",
            round + 1,
            rounds,
            way.name,
            found.cpuNs,
            found.userNs,
            found.cqes);
      }
    }
    return cost;
  }

  private Run measure(Way way, long count) {
    return way.java ? java(way, count) : c(way, count);
  }

  private Run java(Way way, long count) {
    String configuration =
        """
        millrace {
          rings { cpus = [%d], batch = 32 }
          send { engine = uring, zero-copy = always, completion = %s, gso = never }
          admin { enabled = false }
          streams {
            cost {
              source { type = generator, datagram-size = %d, count = %d, sequenced = false }
              pace = unlimited
              targets = [ "%s:%d" ]
            }
          }
        }
        """
            .formatted(
                cpu,
                way.combined ? "combined" : "paired",
                BYTES,
                count,
                NetworkPair.RECEIVER_ADDRESS,
                BenchCase.FIRST_PORT);
    DaemonSummary summary = lab.runDaemon("cost", network.senderPrefix(), configuration, PATIENCE);
    combinedCqe.add(summary.json().path("combined_cqe").asText());
    return new Run(
        (long) summary.ringTotal("requests"),
        summary.ringTotal("user_seconds"),
        summary.ringTotal("system_seconds"),
        (long) summary.ringTotal("cqes"));
  }

  private Run c(Way way, long count) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--to",
                NetworkPair.RECEIVER_ADDRESS + ":" + BenchCase.FIRST_PORT,
                "--size",
                String.valueOf(BYTES),
                "--batch",
                "32",
                "--cpu",
                String.valueOf(cpu),
                "--op",
                "send_zc",
                "--count",
                String.valueOf(count)));
    if (way.combined) {
      arguments.addAll(List.of("--combine-bit", String.valueOf(combineBit)));
    }
    JsonNode report = reference.run(network.senderPrefix(), arguments, PATIENCE);
    if (report.path("errors").longValue() != 0) {
      throw new HarnessException(
          "the C reference's sends failed: " + report.path("first_error").asText());
    }
    return new Run(
        report.path("requests").longValue(),
        report.path("user_seconds").doubleValue(),
        report.path("system_seconds").doubleValue(),
        report.path("cqes").longValue());
  }

  public Table table() {
    Table table =
        new Table(
            "a zero-copy request of 1400 B",
            "CPU ns",
            "least",
            "most",
            "user ns",
            "CQEs",
            "combined/paired");
    for (Way way : WAYS) {
      List<Cost> found = costs.getOrDefault(way, List.of());
      table.add(
          way.name,
          "%,.1f".formatted(median(way)),
          "%,.1f".formatted(found.stream().mapToDouble(Cost::cpuNs).min().orElse(Double.NaN)),
          "%,.1f".formatted(found.stream().mapToDouble(Cost::cpuNs).max().orElse(Double.NaN)),
          "%,.1f".formatted(Median.of(found.stream().map(Cost::userNs).toList())),
          "%.3f".formatted(Median.of(found.stream().map(Cost::cqes).toList())),
          way.combined ? "%.4f".formatted(median(way) / median(paired(way))) : "");
    }
    return table;
  }

  private double median(Way way) {
    return Median.of(costs.getOrDefault(way, List.of()).stream().map(Cost::cpuNs).toList());
  }

  private static Way paired(Way combined) {
    return WAYS.stream()
        .filter(way -> way.java == combined.java && !way.combined)
        .findFirst()
        .orElseThrow();
  }

  public ObjectNode json() {
    ObjectNode json = Json.object();
    ArrayNode modes = json.putArray("combined_cqe");
    combinedCqe.forEach(modes::add);
    ArrayNode ways = json.putArray("request_cost");
    for (Way way : WAYS) {
      ObjectNode entry = ways.addObject();
      entry.put("way", way.name);
      entry.put("cpu_ns_median", Json.round(median(way), 2));
      ArrayNode rounds = entry.putArray("rounds");
      for (Cost cost : costs.getOrDefault(way, List.of())) {
        ObjectNode round = rounds.addObject();
        round.put("cpu_ns", Json.round(cost.cpuNs, 2));
        round.put("user_ns", Json.round(cost.userNs, 2));
        round.put("cqes", Json.round(cost.cqes, 5));
      }
    }
    return json;
  }

  public String markdown() {
    return "# What a request costs the thread that sends, completions combined and paired\n\n"
        + table().toMarkdown()
        + "\nCPU time of the sending thread in a long run less that in a short one, over the"
        + " difference of their requests; medians of the rounds. Under QEMU's -icount (see the"
        + " command) a nanosecond is an instruction, of user space and kernel together; what an"
        + " instruction costs on a real processor, cache misses above all, isn't in it. Interrupts"
        + " that hit the thread count with it.\n";
  }
}
