package io.millrace.loadtest.bench;

import io.millrace.loadtest.bench.Traffic.Section;
import io.millrace.loadtest.text.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A run's figures as tables. */
final class SuiteTables {
  private static final String NOTHING = "-";
  private final Figures figures;
  private final List<Integer> sizes;

  SuiteTables(Figures figures, List<Integer> sizes) {
    this.figures = figures;
    this.sizes = sizes;
  }

  /** Every contender at every size. */
  Table rates() {
    return bySize("datagrams/s", names(series -> true), SuiteTables::rate);
  }

  /** The daemon against the C reference, at every size. */
  Table ratios() {
    return bySize(
        "Java/C, per round",
        names(series -> figures.referenceOf(series) != null),
        series -> Figures.ratio(series, figures.referenceOf(series)).text());
  }

  /** What a datagram costs the sender. */
  Table costs() {
    return bySize(
        "CPU ns per datagram: user + system",
        names(series -> true),
        series ->
            series.isEmpty()
                ? NOTHING
                : "%,.0f + %,.0f"
                    .formatted(
                        series.spread(Reading::userNs).median(),
                        series.spread(Reading::systemNs).median()));
  }

  private List<String> names(Function<Series, Boolean> which) {
    return figures.of(Section.MODES).stream()
        .filter(which::apply)
        .map(series -> series.contender().name())
        .distinct()
        .toList();
  }

  private Table bySize(String title, List<String> names, Function<Series, String> cell) {
    List<String> head = new ArrayList<>(List.of(title));
    sizes.forEach(size -> head.add(size + " B"));
    Table table = new Table(head.toArray(String[]::new));
    for (String name : names) {
      List<String> row = new ArrayList<>(List.of(name));
      for (int size : sizes) {
        @Nullable Series series = figures.find(name, Traffic.modes(size));
        row.add(series == null ? NOTHING : cell.apply(series));
      }
      table.add(row.toArray(String[]::new));
    }
    return table;
  }

  /** What it costs to come by the datagrams. */
  Table sources() {
    Table table = new Table("sources", "datagrams/s", "against static", "sender's CPU ns each");
    for (Series series : figures.of(Section.SOURCES)) {
      table.add(
          series.contender().name(),
          rate(series),
          Figures.ratio(series, figures.staticOf(series)).text(),
          cpu(series));
    }
    return table;
  }

  /** Rates over the number of targets. */
  Table targets() {
    Table table =
        new Table(
            "targets", "datagrams/s", "against one target", "Java/C", "shared socket/connected");
    for (Series series : figures.of(Section.TARGETS)) {
      table.add(
          "%s, %,d".formatted(series.contender().name(), series.traffic().targets()),
          rate(series),
          Figures.ratio(series, figures.oneOf(series)).text(),
          Figures.ratio(series, figures.referenceOf(series)).text(),
          Figures.ratio(series, figures.connectedOf(series)).text());
    }
    return table;
  }

  /** Rates over the number of rings. */
  Table rings() {
    Table table = new Table("rings", "datagrams/s", "against one ring");
    for (Series series : figures.of(Section.RINGS)) {
      table.add(
          "%s, %d".formatted(series.contender().name(), series.traffic().rings()),
          rate(series),
          Figures.ratio(series, figures.oneOf(series)).text());
    }
    return table;
  }

  /** What a second core brings as a kernel thread that takes the requests, and as a ring. */
  Table sqpoll() {
    Table table =
        new Table(
            "sqpoll",
            "datagrams/s",
            "against one core",
            "CPU ns per datagram, that thread's too",
            "CPUs busy",
            "Java/C");
    for (Series series : figures.of(Section.SQPOLL)) {
      table.add(
          "%s, %d B%s"
              .formatted(
                  series.contender().name(),
                  series.traffic().bytes(),
                  series.traffic().rings() > 1 ? ", 2 rings" : ""),
          rate(series),
          Figures.ratio(series, figures.onOneCoreOf(series)).text(),
          cpu(series),
          series.isEmpty() ? NOTHING : "%.2f".formatted(series.spread(Reading::cpusBusy).median()),
          Figures.ratio(series, figures.referenceOf(series)).text());
    }
    return table;
  }

  /** What a receiver got. */
  Table loopback() {
    Table table =
        new Table(
            "loopback", "delivered/s", "delivered %", "sender's CPU ns per datagram", "Java/C");
    for (Series series : figures.of(Section.LOOPBACK)) {
      table.add(
          series.contender().name(),
          rate(series),
          series.isEmpty()
              ? NOTHING
              : "%.2f".formatted(100 * series.spread(Reading::deliveredShare).median()),
          cpu(series),
          Figures.ratio(series, figures.referenceOf(series)).text());
    }
    return table;
  }

  private static String cpu(Series series) {
    return series.isEmpty() ? NOTHING : "%,.0f".formatted(series.spread(Reading::cpuNs).median());
  }

  private static String rate(Series series) {
    return series.isEmpty()
        ? NOTHING
        : "%,.0f".formatted(series.spread(Reading::datagramsPerSecond).median());
  }
}
