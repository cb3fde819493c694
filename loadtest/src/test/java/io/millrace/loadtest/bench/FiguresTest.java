package io.millrace.loadtest.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.ThreadTimes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private static final Traffic ONE = new Traffic(Traffic.Section.TARGETS, 1400, 1, 1);
  private static final Traffic MANY = new Traffic(Traffic.Section.TARGETS, 1400, 1000, 1);

  private record Named(String name, Family family, @Nullable Mode mode) implements Contender {
    @Override
    public Reading measure(Traffic traffic) {
      throw new AssertionError("not run here");
    }
  }

  private static final Contender JAVA =
      new Named("Java: x", Contender.Family.JAVA, Mode.SINGLE_ZERO_COPY);
  private static final Contender C = new Named("C: x", Contender.Family.C, Mode.SINGLE_ZERO_COPY);
  private static final Contender SHARED =
      new Named("C: x, shared socket", Contender.Family.C, Mode.SINGLE_ZERO_COPY);
  private static final Contender PEER = new Named("peer, \"the\"", Contender.Family.PEER, null);

  private static Reading reading(long perSecond) {
    return new Reading(
        2, 2 * perSecond, perSecond, new ThreadTimes(0.5, 1.5), 1_000_000, 100, 99, 0);
  }

  private static Series series(Contender contender, Traffic traffic, long... rates) {
    Series series = new Series(contender, traffic);
    for (int i = 0; i < rates.length; i++) {
      if (rates[i] > 0) {
        series.add(i + 1, reading(rates[i]));
      }
    }
    return series;
  }

  private final Series java = series(JAVA, MANY, 50, 10, 200);
  private final Series c = series(C, MANY, 100, 20, 400);
  private final Series shared = series(SHARED, MANY, 80, 0, 320);
  private final Series javaOne = series(JAVA, ONE, 100, 100, 100);
  private final Series peer = series(PEER, MANY, 7);
  private final Figures figures = new Figures(List.of(shared, java, c, javaOne, peer));

  @Test
  void aReadingIsARateAndACostPerDatagram() {
    assertThat(reading(50).datagramsPerSecond()).isEqualTo(50);
    assertThat(reading(50).datagramsPerRequest()).isEqualTo(2);
    assertThat(reading(50).userNs()).isCloseTo(500, within(1e-6));
    assertThat(reading(50).cpuNs()).isCloseTo(2000, within(1e-6));
    assertThat(reading(50).deliveredShare()).isEqualTo(0.99);
  }

  @Test
  void ratiosAreTakenRoundByRoundAgainstTheConnectedReference() {
    Spread ratio = Figures.ratio(java, figures.referenceOf(java));
    assertThat(ratio).isEqualTo(new Spread(0.5, 0.5, 0.5));
    assertThat(figures.referenceOf(c)).isNull();
    assertThat(Figures.ratio(java, null).isKnown()).isFalse();
  }

  @Test
  void aRoundThatOneOfTheTwoMissedHasNoRatio() {
    assertThat(figures.connectedOf(shared)).isSameAs(c);
    assertThat(shared.ratioTo(c)).isEqualTo(new Spread(0.8, 0.8, 0.8));
    assertThat(figures.connectedOf(c)).isNull();
  }

  @Test
  void manyTargetsAreComparedWithOne() {
    assertThat(figures.oneOf(java)).isSameAs(javaOne);
    assertThat(Figures.ratio(java, figures.oneOf(java))).isEqualTo(new Spread(0.5, 0.1, 2));
    assertThat(figures.oneOf(javaOne)).isNull();
  }

  @Test
  void whatIsMissingSaysWhyAndOnlyOursIsAFailure() {
    Series missing = new Series(PEER, ONE);
    missing.setNotAvailable("not installed");
    peer.fail("broke");
    Figures some = new Figures(List.of(java, missing, peer));
    assertThat(some.incomplete()).containsExactly(missing, peer);
    assertThat(some.hasFailed()).isFalse();
    java.fail("broke");
    assertThat(some.hasFailed()).isTrue();
  }

  @Test
  void everyRoundIsInTheFiles() {
    SuiteFiles files = new SuiteFiles(figures);
    List<String> rows = files.csv().lines().toList();
    assertThat(rows).hasSize(1 + 2 + 3 + 3 + 3 + 1);
    assertThat(rows.getFirst())
        .startsWith("section,contender,family,mode,bytes,targets,rings,round");
    assertThat(rows.getLast()).startsWith("targets,\"peer, \"\"the\"\"\",peer,,1400,1000,1,1,7.0,");
    JsonNode json = requireNonNull(files.seriesJson().get(1));
    assertThat(json.path("contender").asText()).isEqualTo("Java: x");
    assertThat(json.path("ratio_to_c").path("median").doubleValue()).isEqualTo(0.5);
    assertThat(json.path("rounds").size()).isEqualTo(3);
  }

  @Test
  void sourcesAreComparedWithTheOneThatCostsNothing() {
    Traffic sources = new Traffic(Traffic.Section.SOURCES, 1400, 1, 1);
    Series fixed = series(JAVA, sources, 100, 200);
    Series read = series(new Named("Java: y", Contender.Family.JAVA, null), sources, 90, 190);
    Figures compared = new Figures(List.of(javaOne, fixed, read));
    assertThat(compared.staticOf(read)).isSameAs(fixed);
    assertThat(compared.staticOf(fixed)).isNull();
    assertThat(compared.staticOf(javaOne)).isNull();
    assertThat(read.ratioTo(fixed).median()).isCloseTo(0.925, within(1e-9));
  }

  @Test
  void aSecondCoreIsComparedWithOne() {
    Traffic one = new Traffic(Traffic.Section.SQPOLL, 1400, 1, 1);
    Traffic two = new Traffic(Traffic.Section.SQPOLL, 1400, 1, 2);
    Mode polling = Mode.SINGLE_ZERO_COPY.withPolling();
    Series alone = series(JAVA, one, 100);
    Series polled = series(new Named("Java: x, sqpoll", Contender.Family.JAVA, polling), one, 130);
    Series polledC = series(new Named("C: x, sqpoll", Contender.Family.C, polling), one, 140);
    Series rings = series(JAVA, two, 190);
    Figures compared = new Figures(List.of(javaOne, alone, polled, polledC, rings));
    assertThat(compared.onOneCoreOf(polled)).isSameAs(alone);
    assertThat(compared.onOneCoreOf(rings)).isSameAs(alone);
    assertThat(compared.onOneCoreOf(polledC)).isNull(); // C alone was not measured
    assertThat(compared.onOneCoreOf(alone)).isNull();
    assertThat(compared.referenceOf(polled)).isSameAs(polledC);
    assertThat(polled.spread(Reading::cpusBusy).median()).isEqualTo(1);
  }
}
