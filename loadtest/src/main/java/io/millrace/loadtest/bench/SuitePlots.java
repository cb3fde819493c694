package io.millrace.loadtest.bench;

import io.millrace.loadtest.bench.Contender.Family;
import io.millrace.loadtest.bench.Traffic.Section;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** A run's figures as PNG files. */
final class SuitePlots {
  private static final double MILLION = 1e6;
  private static final int WIDTH = 1100;
  private static final int HEIGHT = 520;

  /** From dark to light, in the order of a family's contenders. */
  private static final Map<Family, List<Color>> COLORS =
      new EnumMap<>(
          Map.of(
              Family.JAVA,
              shades(0x08306b, 0x2171b5, 0x6baed6, 0xc6dbef),
              Family.C,
              shades(0x7f2704, 0xd94801, 0xfd8d3c, 0xfdd0a2),
              Family.PEER,
              shades(0x252525, 0x636363, 0x969696, 0xcccccc)));

  private final Figures figures;
  private final List<Integer> sizes;
  private final Path folder;
  private final List<String> written = new ArrayList<>();

  SuitePlots(Figures figures, List<Integer> sizes, Path folder) {
    this.figures = figures;
    this.sizes = sizes;
    this.folder = folder;
  }

  List<String> write() {
    // No screen is asked for, even where there is one.
    System.setProperty("java.awt.headless", "true");
    writeRates(
        "singles.png", "Single datagrams, and peers: one core, veth", mode -> !isTrain(mode));
    writeRates("trains.png", "Trains (UDP_SEGMENT): one core, veth", SuitePlots::isTrain);
    writeCosts();
    writeTargets();
    return List.copyOf(written);
  }

  private static boolean isTrain(@Nullable Mode mode) {
    return mode != null && mode.train();
  }

  private void writeRates(String file, String title, Predicate<@Nullable Mode> which) {
    CategoryChart chart = bars(title, "payload bytes", "million datagrams/s");
    List<String> categories = sizes.stream().map(String::valueOf).toList();
    Map<String, List<Series>> byName = new LinkedHashMap<>();
    for (Series series : figures.of(Section.MODES)) {
      if (which.test(series.contender().mode()) && !series.isEmpty()) {
        byName.computeIfAbsent(series.contender().name(), any -> new ArrayList<>()).add(series);
      }
    }
    Map<Family, Integer> used = new EnumMap<>(Family.class);
    byName.forEach(
        (name, list) -> {
          List<Double> rates = sizes.stream().map(size -> rateAt(list, size)).toList();
          CategorySeries bar = chart.addSeries(name, categories, rates);
          bar.setFillColor(nextColor(used, list.getFirst().contender().family()));
        });
    write(file, chart, byName.isEmpty());
  }

  /** 0 draws no bar. */
  private static double rateAt(List<Series> list, int bytes) {
    for (Series series : list) {
      if (series.traffic().bytes() == bytes) {
        return series.spread(Reading::datagramsPerSecond).median() / MILLION;
      }
    }
    return 0;
  }

  /** User and system on top of each other, singles alone: a train's share is hardly to be seen. */
  private void writeCosts() {
    int bytes =
        sizes.contains(SuiteSettings.COMMON_BYTES) ? SuiteSettings.COMMON_BYTES : sizes.getFirst();
    CategoryChart chart =
        bars("CPU time per datagram of %d B, singles".formatted(bytes), "", "nanoseconds");
    List<Series> shown =
        figures.of(Section.MODES).stream()
            .filter(series -> series.traffic().bytes() == bytes && !series.isEmpty())
            .filter(series -> !isTrain(series.contender().mode()))
            .toList();
    if (!shown.isEmpty()) {
      List<String> names = shown.stream().map(series -> series.contender().name()).toList();
      chart
          .addSeries(
              "user", names, shown.stream().map(s -> s.spread(Reading::userNs).median()).toList())
          .setFillColor(new Color(0xd94801));
      chart
          .addSeries(
              "system",
              names,
              shown.stream().map(s -> s.spread(Reading::systemNs).median()).toList())
          .setFillColor(new Color(0x2171b5));
    }
    chart.getStyler().setStacked(true);
    chart.getStyler().setXAxisLabelRotation(25);
    write("cost.png", chart, shown.isEmpty());
  }

  private void writeTargets() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Targets of one stream, %d B, one core".formatted(SuiteSettings.COMMON_BYTES))
            .xAxisTitle("targets")
            .yAxisTitle("million datagrams/s")
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisMin(0.0);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    Map<String, List<Series>> byName = new LinkedHashMap<>();
    for (Series series : figures.of(Section.TARGETS)) {
      if (!series.isEmpty()) {
        byName.computeIfAbsent(series.contender().name(), any -> new ArrayList<>()).add(series);
      }
    }
    byName.forEach(
        (name, list) ->
            chart.addSeries(
                name,
                list.stream().map(series -> series.traffic().targets()).toList(),
                list.stream().map(s -> rateAt(List.of(s), s.traffic().bytes())).toList()));
    write("targets.png", chart, byName.isEmpty());
  }

  private static CategoryChart bars(String title, String x, String y) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setAvailableSpaceFill(0.85).setOverlapped(false);
    return chart;
  }

  private static List<Color> shades(int... rgb) {
    List<Color> colors = new ArrayList<>();
    for (int value : rgb) {
      colors.add(new Color(value));
    }
    return colors;
  }

  private static Color nextColor(Map<Family, Integer> used, Family family) {
    List<Color> shades = COLORS.getOrDefault(family, List.of(Color.GRAY));
    int index = used.merge(family, 1, Integer::sum) - 1;
    return shades.get(index % shades.size());
  }

  private void write(String name, Chart<?, ?> chart, boolean empty) {
    if (empty) {
      return;
    }
    chart.getStyler().setChartBackgroundColor(Color.WHITE).setDecimalPattern("#,##0.##");
    try {
      BitmapEncoder.saveBitmap(chart, folder.resolve(name).toString(), BitmapFormat.PNG);
      written.add(name);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't write " + name + ": " + failure, failure);
    }
  }
}
