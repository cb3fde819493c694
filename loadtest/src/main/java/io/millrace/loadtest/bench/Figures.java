package io.millrace.loadtest.bench;

import io.millrace.loadtest.bench.Contender.Family;
import io.millrace.loadtest.bench.Traffic.Section;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** All series of a run, and how they compare. Immutable. */
final class Figures {
  private static final String SHARED = ", shared socket";
  private final List<Series> all;

  Figures(List<Series> all) {
    this.all = List.copyOf(all);
  }

  List<Series> all() {
    return all;
  }

  List<Series> of(Section section) {
    return all.stream().filter(series -> series.traffic().section() == section).toList();
  }

  /** Those without a single round, and those that failed in one. */
  List<Series> incomplete() {
    return all.stream()
        .filter(series -> series.notAvailable() != null || !series.failures().isEmpty())
        .toList();
  }

  /** Failures of what is ours; a peer's are the peer's. */
  boolean hasFailed() {
    return all.stream()
        .anyMatch(
            series -> series.contender().family() != Family.PEER && !series.failures().isEmpty());
  }

  @Nullable Series find(String contender, Traffic traffic) {
    return all.stream()
        .filter(series -> series.contender().name().equals(contender))
        .filter(series -> series.traffic().equals(traffic))
        .findFirst()
        .orElse(null);
  }

  /** The C reference in the same mode on the same traffic; null for others than the daemon. */
  @Nullable Series referenceOf(Series series) {
    if (series.contender().family() != Family.JAVA) {
      return null;
    }
    return all.stream()
        .filter(other -> other.contender().family() == Family.C)
        .filter(other -> Objects.equals(other.contender().mode(), series.contender().mode()))
        .filter(other -> !other.contender().name().endsWith(SHARED))
        .filter(other -> other.traffic().equals(series.traffic()))
        .findFirst()
        .orElse(null);
  }

  /** The same contender with one target and one ring, in the same section. */
  @Nullable Series oneOf(Series series) {
    Traffic traffic = series.traffic();
    Traffic one = new Traffic(traffic.section(), traffic.bytes(), 1, 1);
    return one.equals(traffic) ? null : find(series.contender().name(), one);
  }

  /** For a source: the first one measured, which costs nothing; null for that one itself. */
  @Nullable Series staticOf(Series series) {
    if (series.traffic().section() != Section.SOURCES) {
      return null;
    }
    Series first = of(Section.SOURCES).getFirst();
    return first == series ? null : first;
  }

  /** For what has two cores, a polled ring or two rings: the same on one; null for others. */
  @Nullable Series onOneCoreOf(Series series) {
    Series one = oneOf(series);
    return one == null ? unpolledOf(series) : one;
  }

  /** For a polled ring: the same with one that isn't; null for others. */
  @Nullable Series unpolledOf(Series series) {
    Mode mode = series.contender().mode();
    if (mode == null || !mode.polled()) {
      return null;
    }
    Mode plain = new Mode(mode.means(), mode.train());
    return all.stream()
        .filter(other -> other.contender().family() == series.contender().family())
        .filter(other -> plain.equals(other.contender().mode()))
        .filter(other -> other.traffic().equals(series.traffic()))
        .findFirst()
        .orElse(null);
  }

  /** For a shared socket: the same with connected ones. */
  @Nullable Series connectedOf(Series series) {
    String name = series.contender().name();
    return name.endsWith(SHARED)
        ? find(name.substring(0, name.length() - SHARED.length()), series.traffic())
        : null;
  }

  /** A ratio that may have no second part. */
  static Spread ratio(Series series, @Nullable Series other) {
    return other == null ? Spread.of(List.of()) : series.ratioTo(other);
  }
}
