package io.millrace.loadtest.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How to measure.
 *
 * @param cpu that the sender is pinned to
 * @param many how many targets each of the many-targets cases has
 */
public record BenchSettings(
    int rounds, double seconds, int batch, int cpu, List<Integer> sizes, List<Integer> many) {
  /**
   * The size of the many-targets cases; the single-target case of the same size is what it is
   * compared with.
   */
  static final int MANY_TARGETS_BYTES = 1400;

  List<BenchCase> cases() {
    List<BenchCase> cases =
        new ArrayList<>(sizes.stream().map(size -> new BenchCase(size, 1)).toList());
    many.forEach(targets -> cases.add(new BenchCase(MANY_TARGETS_BYTES, targets)));
    return cases;
  }
}
