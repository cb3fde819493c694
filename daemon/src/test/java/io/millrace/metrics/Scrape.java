package io.millrace.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A scrape taken apart.
 *
 * @param types of the families, by name: counter, gauge, histogram
 * @param samples values by name and labels, as written: {@code name{label="value"}}
 */
record Scrape(Map<String, String> types, Map<String, Double> samples) {
  static Scrape of(String text) {
    Map<String, String> types = new LinkedHashMap<>();
    Map<String, Double> samples = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("# TYPE ")) {
        String[] words = line.split(" ", -1);
        types.put(words[2], words[3]);
      } else if (!line.startsWith("#") && !line.isBlank()) {
        int space = line.lastIndexOf(' ');
        Double before =
            samples.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        if (before != null) {
          throw new AssertionError("there twice: " + line);
        }
      }
    }
    return new Scrape(types, samples);
  }

  double value(String sample) {
    Double value = samples.get(sample);
    if (value == null) {
      throw new AssertionError("no sample " + sample + " among " + samples.keySet());
    }
    return value;
  }

  /** The sum of all samples of a metric. */
  double sum(String name) {
    return samples.entrySet().stream()
        .filter(sample -> sample.getKey().startsWith(name + "{"))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }
}
