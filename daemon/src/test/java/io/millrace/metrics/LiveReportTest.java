package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.counters.CircuitState;
import io.millrace.counters.DropReason;
import io.millrace.counters.LatenessHistogram;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The report of each second: sums over targets, and no more than is needed. */
final class LiveReportTest {
  private final EngineViews engine = new EngineViews();

  private ObjectNode report() {
    return new LiveReport(engine.view()).report(1_500_000_000L, 42);
  }

  @Test
  void sumsAreOverTargetsAndStreams() {
    engine.sendOne();
    engine.weather.offered(3);
    engine.only.sent(2, 300);
    engine.only.dropped(DropReason.SLOW, 1);
    engine.far.circuit(CircuitState.OPEN);
    JsonNode report = report();
    assertThat(report.get("seconds").asDouble()).isEqualTo(1.5);
    assertThat(report.get("time_ms").asLong()).isEqualTo(42);
    assertThat(report.at("/streams/0/stream").asText()).isEqualTo("news");
    assertThat(report.at("/streams/0/targets").asInt()).isEqualTo(2);
    assertThat(report.at("/streams/0/offered").asLong()).isEqualTo(2);
    assertThat(report.at("/streams/0/datagrams").asLong()).isEqualTo(1);
    assertThat(report.at("/streams/0/given_up").asInt()).isEqualTo(1);
    assertThat(report.at("/streams/0/dropped").toString()).isEqualTo("{\"ECONNREFUSED\":1}");
    assertThat(report.at("/streams/1/rings").toString()).isEqualTo("[1]");
    JsonNode total = report.get("total");
    assertThat(total.get("streams").asInt()).isEqualTo(2);
    assertThat(total.get("targets").asInt()).isEqualTo(3);
    assertThat(total.get("offered").asLong()).isEqualTo(5);
    assertThat(total.get("datagrams").asLong()).isEqualTo(3);
    assertThat(total.get("bytes").asLong()).isEqualTo(EngineViews.DATAGRAM_BYTES + 300);
    assertThat(total.get("dropped").toString()).isEqualTo("{\"ECONNREFUSED\":1,\"slow\":1}");
  }

  @Test
  void ringsAreThoseOfTheStatus() {
    engine.sendOne();
    assertThat(report().get("rings")).isEqualTo(new StatusReport(engine.view()).rings());
  }

  @Test
  void latenessEndsWithTheLastBucketThatHasAny() {
    engine.news.lateness().record(500); // up to 1 us
    engine.news.lateness().record(3_000); // up to 3 us
    engine.weather.lateness().record(2_000); // up to 2 us
    JsonNode report = report();
    // Up to 1, 1.25, 1.5, 1.75, 2, 2.5 and 3 us.
    assertThat(report.at("/streams/0/lateness").toString()).isEqualTo("[1,0,0,0,0,0,1]");
    assertThat(report.at("/streams/1/lateness").toString()).isEqualTo("[0,0,0,0,1]");
    assertThat(report.at("/total/lateness").toString()).isEqualTo("[1,0,0,0,1,0,1]");
    JsonNode bounds = report.get("lateness_bounds");
    assertThat(bounds).hasSize(LatenessHistogram.buckets() - 1);
    assertThat(bounds.get(6).asDouble()).isEqualTo(3e-6);
  }

  @Test
  void aThousandTargetsAndStreamsStaySmall() {
    List<StreamView> streams = new ArrayList<>();
    for (int number = 0; number < 1000; number++) {
      StreamCounters counters = new StreamCounters();
      TargetCounters target = new TargetCounters();
      target.sent(1, 100);
      streams.add(
          new StreamView(
              "stream-" + number,
              0,
              "generator",
              counters,
              OptionalLong.empty(),
              List.of(new TargetView("127.0.0.1:" + number, target, counters, 0))));
    }
    EngineView some = engine.view();
    EngineView many =
        new EngineView("1", "r", "6", "none", "uring", "because", some.rings(), streams);
    ObjectNode report = new LiveReport(many).report(0, 0);
    assertThat(report.get("streams").size()).isEqualTo(LiveReport.MOST_STREAMS);
    assertThat(report.at("/total/streams").asInt()).isEqualTo(1000);
    assertThat(report.at("/total/datagrams").asLong()).isEqualTo(1000);
    assertThat(report.toString().length()).isLessThan(40_000);
  }
}
