package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The rounds of one case: in each, the Java daemon and the C reference were measured one after the
 * other.
 */
final class CaseResult {
  private record Round(Measurement java, Measurement reference) {
    double ratio() {
      return java.requestsPerSecond() / reference.requestsPerSecond();
    }
  }

  private final BenchCase benchCase;
  private final List<Round> rounds = new ArrayList<>();

  CaseResult(BenchCase benchCase) {
    this.benchCase = benchCase;
  }

  void add(Measurement java, Measurement reference) {
    rounds.add(new Round(java, reference));
  }

  BenchCase benchCase() {
    return benchCase;
  }

  double javaMedian(ToDoubleFunction<Measurement> figure) {
    return Median.of(rounds.stream().map(round -> figure.applyAsDouble(round.java())).toList());
  }

  double referenceMedian(ToDoubleFunction<Measurement> figure) {
    return Median.of(
        rounds.stream().map(round -> figure.applyAsDouble(round.reference())).toList());
  }

  /**
   * Java's rate over C's, round by round, and of those the median: what drifts with the machine
   * drops out.
   */
  double ratioMedian() {
    return Median.of(rounds.stream().map(Round::ratio).toList());
  }

  double ratioLeast() {
    return rounds.stream().mapToDouble(Round::ratio).min().orElse(Double.NaN);
  }

  double ratioMost() {
    return rounds.stream().mapToDouble(Round::ratio).max().orElse(Double.NaN);
  }

  /** This case's rate over another one's, round by round, for one of the two senders. */
  double medianAgainst(CaseResult other, boolean java) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.min(rounds.size(), other.rounds.size()); i++) {
      Round mine = rounds.get(i);
      Round theirs = other.rounds.get(i);
      ratios.add(
          java
              ? mine.java().requestsPerSecond() / theirs.java().requestsPerSecond()
              : mine.reference().requestsPerSecond() / theirs.reference().requestsPerSecond());
    }
    return Median.of(ratios);
  }

  long failed() {
    return rounds.stream()
        .mapToLong(round -> round.java().failed() + round.reference().failed())
        .sum();
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("case", benchCase.name());
    json.put("bytes", benchCase.bytes());
    json.put("targets", benchCase.targets());
    json.put("ratio_median", Json.round(ratioMedian(), 4));
    json.put("ratio_least", Json.round(ratioLeast(), 4));
    json.put("ratio_most", Json.round(ratioMost(), 4));
    ArrayNode list = json.putArray("rounds");
    for (Round round : rounds) {
      ObjectNode entry = list.addObject();
      entry.set("java", round.java().json());
      entry.set("c", round.reference().json());
    }
    return json;
  }
}
