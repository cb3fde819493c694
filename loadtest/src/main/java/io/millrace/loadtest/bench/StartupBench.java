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
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures how a daemon starts: the time to its first datagram, and the rate of its first second.
 * With its AOT cache and, in turn, without. Owned by one thread.
 */
public final class StartupBench {
  private static final List<String> WITHOUT_CACHE =
      List.of("env", "MILLRACE_JAVA_OPTS=-XX:AOTMode=off");
  private static final List<String> IDLE = List.of("env", "MILLRACE_JAVA_OPTS=--dry-run");
  private static final List<String> IDLE_WITHOUT_CACHE =
      List.of("env", "MILLRACE_JAVA_OPTS=--dry-run -XX:AOTMode=off");

  private final List<FirstDatagram> cachedStarts = new ArrayList<>();
  private final List<FirstDatagram> uncachedStarts = new ArrayList<>();
  private final List<Double> cachedIdleMs = new ArrayList<>();
  private final List<Double> uncachedIdleMs = new ArrayList<>();
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
    FirstDatagram.measure(lab, List.of());
    for (int round = 0; round < rounds; round++) {
      bench.cachedStarts.add(FirstDatagram.measure(lab, List.of()));
      bench.uncachedStarts.add(FirstDatagram.measure(lab, WITHOUT_CACHE));
      bench.cachedIdleMs.add(FirstDatagram.idleJvmMs(lab, IDLE));
      bench.uncachedIdleMs.add(FirstDatagram.idleJvmMs(lab, IDLE_WITHOUT_CACHE));
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
    return median(cachedStarts, FirstDatagram::ms);
  }

  /**
   * The lowest window of the first second as a part of the steady rate: of each window the median
   * of the rounds, and of those the lowest. 1 where it wasn't measured.
   */
  public double lowestWindow() {
    return cached.isEmpty() ? 1 : lowest(medians(cached));
  }

  private static double median(List<FirstDatagram> starts, ToDoubleFunction<FirstDatagram> figure) {
    return Median.of(starts.stream().mapToDouble(figure).boxed().toList());
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
            "CPU ms until then",
            "of it compilers",
            "JVM alone ms",
            "lowest 50 ms window",
            "of a steady second",
            "steady packets/s");
    addRow(table, "with the AOT cache", cachedStarts, cachedIdleMs, cached);
    addRow(table, "without", uncachedStarts, uncachedIdleMs, uncached);
    String windows =
        cached.isEmpty()
            ? "rate of the first second: not measured: " + noRates + "\n"
            : windows("with   ", cached) + windows("without", uncached);
    return table.toText() + windows;
  }

  private static void addRow(
      Table table,
      String name,
      List<FirstDatagram> starts,
      List<Double> idleMs,
      List<FirstSecond> runs) {
    table.add(
        name,
        "%.0f".formatted(median(starts, FirstDatagram::ms)),
        "%.0f".formatted(starts.stream().mapToDouble(FirstDatagram::ms).min().orElseThrow()),
        "%.0f".formatted(median(starts, FirstDatagram::cpuMs)),
        "%.0f".formatted(median(starts, FirstDatagram::compilersMs)),
        "%.0f".formatted(Median.of(idleMs)),
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
    put(json.putObject("with_cache"), cachedStarts, cachedIdleMs, cached);
    put(json.putObject("without_cache"), uncachedStarts, uncachedIdleMs, uncached);
    return json;
  }

  private static void put(
      ObjectNode json, List<FirstDatagram> starts, List<Double> idleMs, List<FirstSecond> runs) {
    json.put("first_datagram_ms", Json.round(median(starts, FirstDatagram::ms), 1));
    json.put("cpu_ms", Json.round(median(starts, FirstDatagram::cpuMs), 0));
    json.put("compilers_cpu_ms", Json.round(median(starts, FirstDatagram::compilersMs), 0));
    json.put("jvm_alone_ms", Json.round(Median.of(idleMs), 1));
    ArrayNode each = json.putArray("first_datagram_ms_each");
    starts.forEach(start -> each.add(Json.round(start.ms(), 1)));
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
