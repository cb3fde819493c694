package io.millrace.loadtest.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.text.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judgement over a run: that it notices what must not be. */
class OutcomeTest {
  private static DaemonSummary summary(long offered, long sent, String dropped, long completions) {
    return new DaemonSummary(
        Json.parse(
            """
            {"rings": [{"ring": 0, "requests": %d, "completions": %d,
                        "user_seconds": 0.25, "system_seconds": 1.5}],
             "streams": [{"stream": "s", "ring": 0, "datagrams": %d, "targets":
               [{"target": "127.0.0.1:5004", "datagrams": %d, "bytes": 10, "seconds": 2.0,
                 "dropped": %s}]}],
             "process": {"user_seconds": 0.5, "system_seconds": 1.75}}
            """
                .formatted(offered, completions, offered, sent, dropped)));
  }

  private static String received(long datagrams, long lost, long duplicated, long reordered) {
    return "{\"datagrams\": %d, \"lost\": %d, \"duplicated\": %d, \"reordered\": %d}"
        .formatted(datagrams, lost, duplicated, reordered);
  }

  private static Outcome outcome(DaemonSummary sender, String received) {
    return Outcome.of("test", sender, List.of(Json.parse(received)));
  }

  @Test
  void holdsWhenEverythingArrived() {
    Outcome outcome =
        outcome(summary(100, 100, "{}", 100), received(100, 0, 0, 0)).expectWhole(100);
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.holds()).isTrue();
    assertThat(outcome.figure("datagrams_per_second")).isEqualTo(50);
    assertThat(outcome.figure("ring_user_seconds")).isEqualTo(0.25);
  }

  @Test
  void noticesBooksThatDoNotClose() {
    Outcome outcome = outcome(summary(100, 90, "{\"ENOBUFS\": 3}", 100), received(90, 0, 0, 0));
    assertThat(outcome.problems())
        .containsExactly("s to 127.0.0.1:5004: 100 offered, but 90 sent and 3 dropped");
  }

  @Test
  void noticesRequestsWithoutCompletion() {
    Outcome outcome = outcome(summary(100, 100, "{}", 99), received(100, 0, 0, 0));
    assertThat(outcome.problems()).containsExactly("ring 0: 100 requests, but 99 completions");
  }

  @Test
  void noticesEachFaultOfReception() {
    Outcome outcome = outcome(summary(100, 100, "{}", 100), received(98, 2, 1, 3)).expectWhole(100);
    assertThat(outcome.problems())
        .containsExactly("98 received of 100", "2 lost", "1 duplicated", "3 reordered");
    assertThat(outcome.holds()).isFalse();
  }

  @Test
  void aScenarioThatCouldNotRunDoesNotHold() {
    assertThat(Outcome.broken("test", "no daemon").holds()).isFalse();
  }

  private static Outcome withCqes(double cqes, double requests, boolean combined) {
    return Outcome.of("test", summary(1, 1, "{}", 1), List.of())
        .expectCqes(cqes, requests, combined);
  }

  @Test
  void pairedRequestsHaveTwoCqesEach() {
    assertThat(withCqes(4096, 2048, false).holds()).isTrue();
    assertThat(withCqes(4095, 2048, false).holds()).isFalse();
    assertThat(withCqes(2050, 2048, false).problems())
        .containsExactly("2,050 CQEs of 2,048 requests, 4,096 wanted");
  }

  @Test
  void combinedRequestsHaveOneCqeEachAndOneMoreForEverySample() {
    assertThat(withCqes(2050, 2048, true).holds()).isTrue();
    assertThat(withCqes(2052, 2049, true).holds()).as("a third sample").isTrue();
    assertThat(withCqes(2048, 2048, true).holds()).as("no samples").isFalse();
    assertThat(withCqes(4096, 2048, true).holds()).isFalse();
  }

  @Test
  void whatWasSkippedSaysWhy() {
    Outcome skipped = Outcome.skipped("test", "no such queue");
    assertThat(skipped.skipReason()).isEqualTo("no such queue");
    assertThat(skipped.json().path("skipped").asText()).isEqualTo("no such queue");
    assertThat(Outcome.broken("test", "died").skipReason()).isNull();
  }
}
