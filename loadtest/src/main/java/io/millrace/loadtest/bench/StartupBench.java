package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.text.Json;
import io.millrace.loadtest.text.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures how a daemon starts: the time to its first datagram, and the rate of its first second.
 * With its AOT cache and, in turn, without. Owned by one thread.
 */
public final class StartupBench {
  private static final List<String> WITHOUT_CACHE =
      List.of("env", "MILLRACE_JAVA_OPTS=-XX:AOTMode=off");

  private final List<Double> cachedMs = new ArrayList<>();
  private final List<Double> uncachedMs = new ArrayList<>();
  private final List<FirstSecond> cached = new ArrayList<>();
  private final List<FirstSecond> uncached = new ArrayList<>();
  private final @Nullable String noRates;

  private StartupBench(@Nullable String noRates) {
    this.noRates = noRates;
  }

  /**
   * Measures.
   *
   * @param noRates why the rate of the first second isn't measured, or null to measure it
   */
  public static StartupBench run(Lab lab, int rounds, @Nullable String noRates) {
    StartupBench bench = new StartupBench(noRates);
    // The launcher may build first; and the page cache is warm for every round alike.
    FirstDatagram.measureMs(lab, List.of());
    for (int round = 0; round < rounds; round++) {
      bench.cachedMs.add(FirstDatagram.measureMs(lab, List.of()));
      bench.uncachedMs.add(FirstDatagram.measureMs(lab, WITHOUT_CACHE));
    }
    if (noRates == null) {
      NetworkPair network = lab.keep(NetworkPair.open(lab.folder()));
      for (int round = 0; round < rounds; round++) {
        bench.cached.add(FirstSecond.measure(lab, network, List.of()));
        bench.uncached.add(FirstSecond.measure(lab, network, WITHOUT_CACHE));
      }
    }
    return bench;
  }

  static String configuration(String target, String admin) {
    return """
    millrace {
      rings { cpus = [%d] }
      send { engine = uring, zero-copy = always }
      admin { listen = "%s" }
      streams {
        start {
          source { type = generator, datagram-size = 1400, sequenced = true }
          targets = [ "%s" ]
        }
      }
    }
    """
        .formatted(Machine.cpus().getLast(), admin, target);
  }

  /** Milliseconds from exec to the first datagram, the median. */
  public double firstDatagramMs() {
    return Median.of(cachedMs);
  }

  /**
   * The lowest window of the first second as a part of the steady rate: of each window the median
   * of the rounds, and of those the lowest. 1 where it wasn't measured.
   */
  public double lowestWindow() {
    return cached.isEmpty() ? 1 : lowest(medians(cached));
  }

  private static List<Double> medians(List<FirstSecond> runs) {
    return IntStream.range(0, FirstSecond.WINDOWS)
        .mapToObj(window -> Median.of(runs.stream().map(run -> run.first().get(window)).toList()))
        .toList();
  }

  private static double lowest(List<Double> parts) {
    return parts.stream().mapToDouble(each -> each).min().orElseThrow();
  }

  public String table() {
    Table table =
        new Table(
            "start",
            "first datagram ms",
            "lowest",
            "lowest 50 ms window",
            "of a steady second",
            "steady packets/s");
    addRow(table, "with the AOT cache", cachedMs, cached);
    addRow(table, "without", uncachedMs, uncached);
    String windows =
        cached.isEmpty()
            ? "rate of the first second: not measured: " + noRates + "\n"
            : windows("with   ", cached) + windows("without", uncached);
    return table.toText() + windows;
  }

  private static void addRow(Table table, String name, List<Double> ms, List<FirstSecond> runs) {
    table.add(
        name,
        "%.0f".formatted(Median.of(ms)),
        "%.0f".formatted(ms.stream().mapToDouble(each -> each).min().orElseThrow()),
        runs.isEmpty() ? "-" : "%.2f".formatted(lowest(medians(runs))),
        runs.isEmpty()
            ? "-"
            : "%.2f".formatted(Median.of(runs.stream().map(FirstSecond::lowestSteady).toList())),
        runs.isEmpty()
            ? "-"
            : "%,.0f"
                .formatted(Median.of(runs.stream().map(FirstSecond::steadyPerSecond).toList())));
  }

  private static String windows(String name, List<FirstSecond> runs) {
    StringBuilder line = new StringBuilder("windows ").append(name).append(':');
    medians(runs).forEach(part -> line.append(String.format(Locale.ROOT, " %.2f", part)));
    return line.append('\n').toString();
  }

  public ObjectNode json() {
    ObjectNode json = Json.object();
    if (noRates != null) {
      json.put("rates_skipped", noRates);
    }
    put(json.putObject("with_cache"), cachedMs, cached);
    put(json.putObject("without_cache"), uncachedMs, uncached);
    return json;
  }

  private static void put(ObjectNode json, List<Double> ms, List<FirstSecond> runs) {
    json.put("first_datagram_ms", Json.round(Median.of(ms), 1));
    ArrayNode each = json.putArray("first_datagram_ms_each");
    ms.forEach(one -> each.add(Json.round(one, 1)));
    ArrayNode rounds = json.putArray("first_second");
    for (FirstSecond run : runs) {
      ObjectNode round = rounds.addObject();
      round.put("steady_packets_per_second", Json.round(run.steadyPerSecond(), 0));
      ArrayNode first = round.putArray("windows");
      run.first().forEach(part -> first.add(Json.round(part, 3)));
      ArrayNode steady = round.putArray("steady_windows");
      run.steady().forEach(part -> steady.add(Json.round(part, 3)));
    }
  }
}
