package io.millrace.jmh;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;

/** Benchmarks that are run and reported together. */
enum Suite {
  /** What completions cost, combined against paired. */
  REAP_MERGE(ReapMergeBenchmark.class) {
    @Override
    Report report(Collection<RunResult> results) {
      return new ReapMergeReport(results);
    }
  },
  /** What everything else on the hot path costs. */
  HOT_PATH(HotPathBenchmark.class) {
    @Override
    Report report(Collection<RunResult> results) {
      return new HotPathReport(results);
    }
  };

  /** The word for the command line, and the name of the files. */
  private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

  private final Class<?> benchmarks;

  Suite(Class<?> benchmarks) {
    this.benchmarks = benchmarks;
  }

  abstract Report report(Collection<RunResult> results);

  String label() {
    return label;
  }

  /** The pattern by which JMH finds them. */
  String pattern() {
    return benchmarks.getName().replace(".", "\\.") + "\\..*";
  }

  /** The suite that an argument names, or null. */
  static @Nullable Suite of(String argument) {
    return List.of(values()).stream()
        .filter(suite -> suite.label.equals(argument))
        .findFirst()
        .orElse(null);
  }

  /** A suite's results in words. */
  interface Report {
    /** For the terminal. */
    String text();

    /** The head and body of a file; {@link JmhRun} adds machine and command. */
    String markdown();
  }
}
