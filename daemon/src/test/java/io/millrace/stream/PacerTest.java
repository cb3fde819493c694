package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.stream.Pacer.Unit;
import java.math.BigInteger;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PacerTest {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final BigInteger NS_PER_SECOND = BigInteger.valueOf(SECOND);

  private static Pacer started(Unit unit, double rate, long burstNs, long nowNs) {
    Pacer pacer = Pacer.of(unit, rate, burstNs);
    pacer.reset(nowNs);
    return pacer;
  }

  /** Takes what is due at one moment, and counts it. */
  private static int takeDue(Pacer pacer, long nowNs, int bytes) {
    int taken = 0;
    while (pacer.isDue(nowNs)) {
      pacer.take(nowNs, bytes);
      taken++;
    }
    return taken;
  }

  @Test
  void theFirstDatagramIsDueAtOnceAndTheNextOneIntervalLater() {
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 5 * MS, 0);
    assertThat(pacer.isDue(0)).isTrue();
    assertThat(pacer.take(0, 1400)).isZero();
    assertThat(pacer.isDue(MS - 1)).isFalse();
    assertThat(pacer.isDue(MS)).isTrue();
    assertThat(pacer.dueNs(0)).isEqualTo(MS);
  }

  @Test
  void bitsArePayloadBits() {
    Pacer pacer = started(Unit.BITS, 50_000_000, 5 * MS, 0);
    pacer.take(0, 1316);
    assertThat(pacer.dueNs(0)).isEqualTo(210_560); // 1316 * 8 / 50e6 s
    pacer.take(210_560, 658);
    assertThat(pacer.dueNs(0)).isEqualTo(210_560 + 105_280);
  }

  /** 3 datagrams per second: every interval has a third of a nanosecond that must not get lost. */
  @Test
  void aDayLaterTheScheduleIsWhereOneMultiplicationPutsIt() {
    Pacer pacer = started(Unit.DATAGRAMS, 3, 5 * MS, 0);
    int datagrams = 3 * 86_400;
    for (int datagram = 0; datagram < datagrams; datagram++) {
      assertThat(pacer.take(pacer.dueNs(0), 1)).isZero();
    }
    assertThat(pacer.dueNs(0)).isEqualTo(86_400 * SECOND);
  }

  @Test
  void rateAndSizeMayBeAnythingAndNothingDrifts() {
    long seed = System.nanoTime();
    System.out.println("rateAndSizeMayBeAnythingAndNothingDrifts: seed " + seed);
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      boolean bits = random.nextBoolean();
      // From some bits, or a thousandth of a datagram, per second up to the documented maximum.
      double rate =
          Math.min(bits ? 1e12 : 1e9, Math.exp(random.nextDouble() * (bits ? 28 : 21)) / 1000 + 1);
      long units = bits ? Math.round(rate) : Math.round(rate * 1000);
      long start = random.nextLong();
      long burstNs = random.nextInt((int) (20 * MS));
      Pacer pacer = started(bits ? Unit.BITS : Unit.DATAGRAMS, rate, burstNs, start);
      BigInteger cost = BigInteger.ZERO;
      int datagrams = 1 + random.nextInt(3000);
      long now = start;
      for (int datagram = 0; datagram < datagrams; datagram++) {
        int bytes = 1 + random.nextInt(65_507);
        now = pacer.dueNs(now);
        // Late, but within the burst: the schedule must not move for it.
        assertThat(pacer.take(now + burstNs, bytes)).isEqualTo(burstNs);
        cost = cost.add(BigInteger.valueOf(bits ? 8L * bytes : 1000L));
      }
      BigInteger expected =
          BigInteger.valueOf(start)
              .add(cost.multiply(NS_PER_SECOND).divide(BigInteger.valueOf(units)));
      assertThat(pacer.dueNs(now))
          .as("seed %d, run %d: %s at %s/s", seed, run, bits ? "bits" : "datagrams", rate)
          .isEqualTo(expected.longValue()); // modulo 2^64, as the clock
    }
  }

  @Test
  void afterAStallOnlyTheBurstIsCaughtUpWith() {
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 5 * MS, 0);
    // One that is due now, and 5 ms of backlog.
    assertThat(takeDue(pacer, 10 * SECOND, 1400)).isEqualTo(6);
    assertThat(pacer.dueNs(0)).isEqualTo(10 * SECOND + MS);
    assertThat(takeDue(pacer, 10 * SECOND + MS, 1400)).isEqualTo(1);
  }

  @Test
  void withoutABurstNothingIsCaughtUpWith() {
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 0, 0);
    assertThat(takeDue(pacer, 10 * SECOND, 1400)).isEqualTo(1);
  }

  @Test
  void aDelayWithinTheBurstCostsNoThroughput() {
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 5 * MS, 0);
    int taken = 0;
    for (long now = 0; now < SECOND; now += 4 * MS) { // wakes up every 4 ms only
      taken += takeDue(pacer, now, 1400);
    }
    assertThat(taken).isEqualTo(997); // 1 at 0 ms, 4 at each of the 249 others
  }

  @Test
  void latenessIsTheTimeSinceTheScheduleForgivenBacklogIncluded() {
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 5 * MS, 0);
    assertThat(pacer.take(0, 1)).isZero();
    assertThat(pacer.take(3 * MS, 1)).isEqualTo(2 * MS);
    assertThat(pacer.take(3 * MS, 1)).isEqualTo(MS);
    assertThat(pacer.take(3 * MS, 1)).isZero();
    assertThat(pacer.take(4 * MS + SECOND, 1)).isEqualTo(SECOND);
    assertThat(pacer.take(4 * MS + SECOND, 1)).isEqualTo(4 * MS);
  }

  @Test
  void takingWhatIsNotDueIsABug() {
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 5 * MS, 0);
    pacer.take(0, 1);
    assertThatThrownBy(() -> pacer.take(MS - 1, 1))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("taken 1 ns early");
  }

  @Test
  void aNewRateHoldsFromTheNextDatagramOn() {
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 5 * MS, 0);
    pacer.take(0, 1400);
    pacer.rate(Unit.DATAGRAMS, 100);
    assertThat(pacer.dueNs(0)).as("scheduled by the old rate").isEqualTo(MS);
    pacer.take(MS, 1400);
    assertThat(pacer.dueNs(0)).isEqualTo(11 * MS);
    pacer.rate(Unit.BITS, 11_200_000);
    pacer.take(11 * MS, 1400);
    assertThat(pacer.dueNs(0)).isEqualTo(12 * MS);
    assertThat(pacer.unit()).isEqualTo(Unit.BITS);
    assertThat(pacer.rate()).isEqualTo(11_200_000.0);
  }

  @Test
  void withoutALimitEverythingIsDueAlways() {
    Pacer pacer = started(Unit.UNLIMITED, 0, 5 * MS, 0);
    assertThat(pacer.isDue(-SECOND)).isTrue();
    assertThat(pacer.dueNs(77)).isEqualTo(77);
    assertThat(pacer.take(SECOND, 1400)).isZero();
    assertThat(pacer.dueDatagrams(SECOND, 1400, 40)).isEqualTo(40);
    assertThat(pacer.rate()).isZero();
  }

  @Test
  void theClockMayWrap() {
    long start = Long.MAX_VALUE - MS;
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 5 * MS, start);
    pacer.take(start, 1);
    pacer.take(start + MS, 1);
    assertThat(pacer.dueNs(0)).isEqualTo(start + 2 * MS).isNegative();
    assertThat(pacer.isDue(start + MS)).isFalse();
    assertThat(pacer.isDue(start + 2 * MS)).isTrue();
    assertThat(pacer.take(start + 3 * MS, 1)).isEqualTo(MS);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "999999, 1",
    "1000000, 2",
    "4999999, 5",
    "5000000, 6",
    "8000000, 6",
    "900000000, 6"
  })
  void severalDatagramsAreDueAfterADelayUpToTheBurst(long lateNs, int due) {
    Pacer pacer = started(Unit.DATAGRAMS, 1000, 5 * MS, 0);
    assertThat(pacer.dueDatagrams(lateNs, 1400, 100)).isEqualTo(due);
    assertThat(pacer.dueDatagrams(lateNs, 1400, 3)).isEqualTo(Math.min(3, due));
    assertThat(takeDue(pacer, lateNs, 1400)).as("the schedule says the same").isEqualTo(due);
  }

  @Test
  void fractionsOfADatagramPerSecondAreKept() {
    Pacer pacer = started(Unit.DATAGRAMS, 0.25, 5 * MS, 0);
    pacer.take(0, 1400);
    assertThat(pacer.dueNs(0)).isEqualTo(4 * SECOND);
    assertThat(pacer.rate()).isEqualTo(0.25);
  }

  @Test
  void aTrainSpansAMillisecondOfTheStreamAndNoMoreThanItsBurst() {
    Pacer unlimited = Pacer.of(Pacer.Unit.UNLIMITED, 0, 0);
    assertThat(unlimited.trainLength(1400, 46)).isEqualTo(46);
    long burstNs = 5_000_000;
    assertThat(Pacer.of(Pacer.Unit.DATAGRAMS, 999, burstNs).trainLength(1400, 46)).isEqualTo(1);
    assertThat(Pacer.of(Pacer.Unit.DATAGRAMS, 20_000, burstNs).trainLength(1400, 46)).isEqualTo(20);
    assertThat(Pacer.of(Pacer.Unit.DATAGRAMS, 1e9, burstNs).trainLength(1400, 46)).isEqualTo(46);
    assertThat(Pacer.of(Pacer.Unit.DATAGRAMS, 20_000, 500_000).trainLength(1400, 46))
        .as("half a millisecond")
        .isEqualTo(10);
    assertThat(Pacer.of(Pacer.Unit.DATAGRAMS, 1e9, 0).trainLength(1400, 46)).isEqualTo(1);
    // 112 Mbit/s are ten datagrams of 1400 bytes in a millisecond.
    assertThat(Pacer.of(Pacer.Unit.BITS, 112e6, burstNs).trainLength(1400, 46)).isEqualTo(10);
    assertThat(Pacer.of(Pacer.Unit.BITS, 1e12, burstNs).trainLength(1, 128)).isEqualTo(128);
  }

  @Test
  void whatSomebodyElseSpacesIsTakenAheadAndNotLate() {
    Pacer pacer = Pacer.of(Unit.DATAGRAMS, 1000, 5 * MS, 4 * MS);
    pacer.reset(0);
    assertThat(takeDue(pacer, 0, 1400)).isEqualTo(5);
    assertThat(pacer.dueNs(0)).isEqualTo(5 * MS);
    assertThat(pacer.dueDatagrams(5 * MS, 1400, 100)).isEqualTo(5);
    assertThat(pacer.take(5 * MS - 1, 1400)).isZero();
    assertThat(pacer.take(8 * MS, 1400)).isEqualTo(2 * MS);
    // A stall: the burst is made up for, and the next datagrams are ahead as before.
    assertThat(takeDue(pacer, SECOND, 1400)).isEqualTo(5 + 1 + 4);
  }

  @Test
  void theNextLookComesSoEarlyThatOversleepingMakesNothingLate() {
    Pacer pacer = Pacer.of(Unit.DATAGRAMS, 1000, 10 * MS);
    pacer.ahead(10 * MS, 4 * MS);
    pacer.reset(0);
    assertThat(takeDue(pacer, 0, 1400)).isEqualTo(11);
    assertThat(pacer.lookNs(0)).isEqualTo(7 * MS);
    assertThat(takeDue(pacer, 7 * MS, 1400)).isEqualTo(7);
    assertThat(pacer.dueNs(0)).isEqualTo(18 * MS);
    assertThat(Pacer.of(Unit.UNLIMITED, 0, 0).lookNs(5)).isEqualTo(5);
  }

  @Test
  void aNewRateNeverOvertakesWhatWasTakenAhead() {
    Pacer pacer = Pacer.of(Unit.DATAGRAMS, 1000, 10 * MS);
    pacer.ahead(10 * MS, 5 * MS);
    pacer.reset(0);
    takeDue(pacer, 0, 1400); // up to that of 10 ms
    pacer.rate(Unit.DATAGRAMS, 2000);
    pacer.restart(3 * MS);
    assertThat(pacer.dueNs(0)).isEqualTo(11 * MS);
    pacer.restart(20 * MS);
    assertThat(pacer.dueNs(0)).as("nothing is ahead any more").isEqualTo(20 * MS);
    pacer.rate(Unit.DATAGRAMS, 0.1);
    pacer.take(20 * MS, 1400);
    pacer.rate(Unit.DATAGRAMS, 1000);
    pacer.restart(21 * MS);
    assertThat(pacer.dueNs(0)).as("not ten seconds later").isEqualTo(31 * MS);
  }

  /** However far ahead, the average is the rate: who looks when it says sends as many. */
  @Test
  void datagramsTakenAheadAreNotMore() {
    Pacer pacer = Pacer.of(Unit.DATAGRAMS, 1000, 5 * MS, 31 * MS);
    pacer.reset(0);
    long taken = 0;
    for (long nowNs = 0; nowNs < 10 * SECOND; nowNs = pacer.dueNs(nowNs)) {
      taken += takeDue(pacer, nowNs, 1400);
    }
    assertThat(taken).isBetween(10_000L, 10_032L);
  }

  @Test
  void aSourcesTimesAreKept() {
    Pacer pacer = Pacer.ofSource(1, 5_000_000);
    pacer.reset(1_000);
    assertThat(pacer.isDue(1_000)).as("to be looked at").isTrue();
    pacer.follow(new long[] {9, 70, 100, 400}, 1, 2);
    assertThat(pacer.dueNs(0)).isEqualTo(1_000); // the first one, whatever its time
    assertThat(pacer.take(1_000, 1316)).isZero();
    assertThat(pacer.isDue(1_029)).isFalse();
    assertThat(pacer.dueNs(0)).isEqualTo(1_030);
    assertThat(pacer.take(1_037, 1316)).isEqualTo(7);
    pacer.follow(new long[] {300}, 0, 1);
    assertThat(pacer.dueNs(0)).as("lateness moves nothing").isEqualTo(1_230);
    assertThat(pacer.trainLength(1316, 46)).isEqualTo(1);
  }

  @Test
  void aSourceThatIsLateIsForgivenAllButTheBurst() {
    Pacer pacer = Pacer.ofSource(1, 100);
    pacer.reset(0);
    pacer.follow(new long[] {0, 10, 20, 1_000}, 0, 4);
    assertThat(pacer.take(500, 1)).isEqualTo(500);
    assertThat(pacer.dueNs(0)).isEqualTo(410);
    assertThat(pacer.take(500, 1)).isEqualTo(90);
    assertThat(pacer.take(500, 1)).isEqualTo(80);
    assertThat(pacer.dueNs(0)).isEqualTo(1_400);
  }

  @Test
  void aSourceMayGoFasterOrSlower() {
    Pacer pacer = Pacer.ofSource(2, 0);
    pacer.reset(0);
    pacer.follow(new long[] {0, 1_000, 2_000}, 0, 3);
    pacer.take(0, 1);
    assertThat(pacer.dueNs(0)).isEqualTo(500);
    pacer.rate(Unit.SOURCE, 0.5);
    pacer.reset(600);
    pacer.follow(new long[] {0, 1_000, 2_000}, 1, 2);
    pacer.take(600, 1);
    assertThat(pacer.dueNs(0)).isEqualTo(2_600);
    assertThat(pacer.rate()).isEqualTo(0.5);
    pacer.rate(Unit.DATAGRAMS, 1_000);
    pacer.reset(5_000);
    pacer.take(5_000, 1);
    assertThat(pacer.dueNs(0)).isEqualTo(1_005_000);
  }

  @Test
  void aSourcesFirstDatagramAfterAPauseIsDueAtOnce() {
    Pacer pacer = Pacer.ofSource(1, 100);
    pacer.reset(0);
    pacer.follow(new long[] {0, 10, 50}, 0, 3);
    pacer.take(0, 1);
    pacer.reset(7_000);
    assertThat(pacer.take(7_000, 1)).isZero();
    assertThat(pacer.dueNs(0)).isEqualTo(7_040);
  }
}
