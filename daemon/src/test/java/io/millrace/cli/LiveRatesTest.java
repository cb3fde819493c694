package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What two looks at a daemon say together, and how it is written. */
final class LiveRatesTest {
  private static final String RING =
      """
      {"ring":0,"cpu":2,"requests":%d,"completions":%d,"in_flight":0,"cqes":%d,"enters":%d,
       "pool_slots":512,"pool_slots_free":384,"pool_exhausted":0,
       "user_seconds":%s,"system_seconds":0.5}
      """;

  private static final String SUMS =
      """
      "targets":3,"waiting":1,"given_up":1,"datagrams":%d,"bytes":%d,"dropped":{%s},"lateness":[%s]
      """;

  private static JsonView look(
      double seconds, String ring, String stream, String total, int streams) throws IOException {
    return JsonView.parse(
        """
        {"seconds":%s,"time_ms":0,"version":"1","revision":"r","kernel":"6","engine":"uring",
         "combined_cqe":"none","lateness_bounds":[1e-6,2e-6,4e-6,8e-6,16e-6,32e-6,64e-6,128e-6],
         "rings":[%s],
         "streams":[{"stream":"news","state":"running","pace":"1000/s",%s}],
         "total":{"streams":%d,%s}}
        """
            .formatted(seconds, ring, stream, streams, total));
  }

  private static JsonView before() throws IOException {
    String sums = SUMS.formatted(1000, 100_000, "\"slow\":5", "10,0,0,7");
    return look(10, RING.formatted(100, 100, 200, 50, "1.0"), sums, sums, 1);
  }

  /** Two seconds later. */
  private static JsonView after() throws IOException {
    String sums = SUMS.formatted(3000, 350_000, "\"ENOBUFS\":4,\"slow\":15", "60,0,40,7,0,0,0,1");
    return look(12, RING.formatted(300, 300, 500, 90, "1.5"), sums, sums, 120);
  }

  @Test
  void ratesAreGainsPerSecond() throws IOException {
    LiveRates rates = new LiveRates(before(), after());
    assertThat(rates.areKnown()).isTrue();
    LiveRates.Flow all = rates.all();
    assertThat(all.datagrams()).isEqualTo(1000);
    assertThat(all.bits()).isEqualTo(1_000_000);
    assertThat(all.drops()).hasToString("{ENOBUFS=2.0, slow=5.0}");
    assertThat(all.dropped()).isEqualTo(7);
    assertThat(rates.stream(after().get("streams").elements().getFirst())).isEqualTo(all);
    LiveRates.Ring ring = rates.ring(after().get("rings").elements().getFirst());
    assertThat(ring.requests()).isEqualTo(100);
    assertThat(ring.enters()).isEqualTo(20);
    assertThat(ring.cqesPerRequest()).isEqualTo(1.5);
    assertThat(ring.busy()).isEqualTo(0.25);
  }

  @Test
  void latenessIsOfTheTimeInBetween() throws IOException {
    LiveRates.Flow all = new LiveRates(before(), after()).all();
    assertThat(all.middle()).isEqualTo(1e-6); // 50 of 91 in the first bucket
    assertThat(all.late()).isEqualTo(128e-6); // that of the 91st
  }

  @Test
  void quantilesAreTheBoundOfTheirBucket() {
    List<Double> bounds = List.of(1e-6, 1.25e-6);
    assertThat(LiveRates.quantile(List.of(0.0, 0.0, 0.0), bounds, 0.5)).isNaN();
    assertThat(LiveRates.quantile(List.of(), bounds, 0.5)).isNaN();
    assertThat(LiveRates.quantile(List.of(0.0, 1.0), bounds, 0.99)).isEqualTo(1.25e-6);
    assertThat(LiveRates.quantile(List.of(0.0, 1.0, 1.0), bounds, 0.5)).isEqualTo(1.25e-6);
    assertThat(LiveRates.quantile(List.of(0.0, 1.0, 1.0), bounds, 0.99)).isInfinite();
  }

  @Test
  void nothingIsNegativeWhenSomethingWasRemoved() throws IOException {
    LiveRates rates = new LiveRates(after(), before());
    assertThat(rates.areKnown()).isFalse();
    String fewer = SUMS.formatted(10, 1000, "", "");
    LiveRates.Flow flow =
        new LiveRates(before(), look(11, RING.formatted(0, 0, 0, 0, "0"), fewer, fewer, 1)).all();
    assertThat(flow.datagrams()).isZero();
    assertThat(flow.dropped()).isZero();
    assertThat(flow.late()).isNaN();
  }

  @Test
  void theScreenHasRingsStreamsAndWhatIsLeftOut() throws IOException {
    String screen = LiveTables.screen(after(), new LiveRates(before(), after()), 0);
    assertThat(screen)
        .contains("1,000 datagrams/s, 1.0 Mbit/s, 7 dropped/s, lateness 128 us (99 %)")
        .contains("2 of 3 targets not served")
        .contains("and 119 more")
        .containsPattern("(?m)^ +0 +2 +25\\.0 +100 +20 +1\\.50 +0 +128 +512 +0$")
        .containsPattern(
            "(?m)^news +running +1000/s +3 +2 +1,000 +1\\.0 +1 us +128 us +3,000 +19  2 ENOBUFS, 5"
                + " slow$");
  }

  @Test
  void theScreenFitsItsLines() throws IOException {
    for (int lines = 12; lines < 40; lines++) {
      assertThat(LiveTables.screen(after(), new LiveRates(before(), after()), lines).lines())
          .hasSizeLessThanOrEqualTo(lines);
    }
  }

  @Test
  void linesSayTheSameOfEachRingAndStream() throws IOException {
    assertThat(LiveTables.lines(after(), new LiveRates(before(), after())).lines())
        .satisfiesExactly(
            ring ->
                assertThat(ring)
                    .endsWith(
                        "ring 0: 25.0 % busy, 100 requests/s, 1.50 CQEs per request, 0 in flight,"
                            + " 128 of 512 slots"),
            stream ->
                assertThat(stream)
                    .endsWith(
                        "stream news: running, 1,000 datagrams/s, 1.0 Mbit/s, late 1 us (50 %) 128"
                            + " us (99 %), 7 dropped/s (2 ENOBUFS, 5 slow)"));
  }

  @Test
  void latenessHasItsUnit() {
    assertThat(LiveTables.lateness(64e-6)).isEqualTo("64 us");
    assertThat(LiveTables.lateness(0.008192)).isEqualTo("8.2 ms");
    assertThat(LiveTables.lateness(1.048576)).isEqualTo("1048.6 ms");
    assertThat(LiveTables.lateness(Double.POSITIVE_INFINITY)).isEqualTo("over 1 s");
    assertThat(LiveTables.lateness(Double.NaN)).isEmpty();
  }
}
