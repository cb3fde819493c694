package io.millrace.loadtest.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One contender on one kind of traffic, over the rounds. Owned by one thread. */
final class Series {
  private final Contender contender;
  private final Traffic traffic;
  private final Map<Integer, Reading> byRound = new TreeMap<>();
  private final Set<String> failures = new LinkedHashSet<>();
  private @Nullable String notAvailable;

  Series(Contender contender, Traffic traffic) {
    this.contender = contender;
    this.traffic = traffic;
  }

  Contender contender() {
    return contender;
  }

  Traffic traffic() {
    return traffic;
  }

  void add(int round, Reading reading) {
    byRound.put(round, reading);
  }

  void fail(String reason) {
    failures.add(reason);
  }

  void setNotAvailable(String reason) {
    notAvailable = reason;
  }

  /** Why it was left out; null if it wasn't. */
  @Nullable String notAvailable() {
    return notAvailable;
  }

  /** What went wrong, in whichever round. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  Map<Integer, Reading> rounds() {
    return byRound;
  }

  boolean isEmpty() {
    return byRound.isEmpty();
  }

  Spread spread(ToDoubleFunction<Reading> figure) {
    return Spread.of(byRound.values().stream().map(figure::applyAsDouble).toList());
  }

  /** This one's rate over the other's, of the rounds that both ran in. */
  Spread ratioTo(Series other) {
    List<Double> ratios = new ArrayList<>();
    byRound.forEach(
        (round, mine) -> {
          Reading theirs = other.byRound.get(round);
          if (theirs != null && theirs.datagramsPerSecond() > 0) {
            ratios.add(mine.datagramsPerSecond() / theirs.datagramsPerSecond());
          }
        });
    return Spread.of(ratios);
  }
}
