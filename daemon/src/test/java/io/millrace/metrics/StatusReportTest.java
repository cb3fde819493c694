package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.counters.DropReason;
import io.millrace.counters.SendChoice;
import io.millrace.counters.StreamCounters;
import org.junit.jupiter.api.Test;

final class StatusReportTest {
  private final EngineViews engine = new EngineViews();

  private ObjectNode status() {
    return new StatusReport(engine.view()).status();
  }

  @Test
  void saysWhatRunsWhere() {
    ObjectNode status = status();
    assertThat(status.get("version").asText()).isEqualTo("1.2.3");
    assertThat(status.get("kernel").asText()).isEqualTo("6.18.44");
    assertThat(status.get("combined_cqe").asText()).isEqualTo("emulated");
    assertThat(status.at("/rings/1/cpu").asInt()).isEqualTo(3);
    assertThat(status.at("/streams/0/stream").asText()).isEqualTo("news");
    assertThat(status.at("/streams/1/ring").asInt()).isEqualTo(1);
  }

  @Test
  void aPolledRingSaysWhoPollsIt() {
    ObjectNode status = status();
    assertThat(status.at("/rings/0").has("sqpoll")).isFalse();
    assertThat(status.at("/rings/1/sqpoll/cpu").isNull()).isTrue(); // not pinned
    assertThat(status.at("/rings/1/sqpoll/idle_ms").asInt()).isEqualTo(10);
    assertThat(status.at("/rings/1/sqpoll/cpu_seconds").asDouble()).isEqualTo(1.25);
  }

  @Test
  void booksClose() {
    engine.sendOne();
    engine.sendOne();
    ObjectNode status = status();
    assertThat(status.at("/rings/0/requests").asLong())
        .isEqualTo(
            status.at("/rings/0/completions").asLong() + status.at("/rings/0/in_flight").asLong())
        .isEqualTo(4);
    assertThat(status.at("/streams/0/datagrams").asLong()).isEqualTo(2);
    assertThat(status.at("/streams/0/targets/0/datagrams").asLong()).isEqualTo(2);
    assertThat(status.at("/streams/0/targets/1/datagrams").asLong()).isZero();
    assertThat(status.at("/streams/0/targets/1/dropped/ECONNREFUSED").asLong()).isEqualTo(2);
  }

  @Test
  void reasonsThatDidNotHappenAreLeftOut() {
    assertThat(status().at("/streams/0/targets/0/dropped").size()).isZero();
  }

  @Test
  void totalIsSaidOnlyOfSourcesThatEnd() {
    assertThat(status().at("/streams/0/datagrams_total").asLong()).isEqualTo(10);
    assertThat(status().at("/streams/1").has("datagrams_total")).isFalse();
  }

  @Test
  void rateIsOverTheTimeFromFirstSendToLastCompletion() {
    engine.news.firstSend(1_000_000_000);
    engine.near.sent(1, 1000);
    engine.near.sent(1, 1000);
    engine.news.lastCompletion(3_000_000_000L);
    assertThat(status().at("/streams/0/targets/0/datagrams_per_second").asDouble()).isEqualTo(1);
    assertThat(status().at("/streams/0/targets/0/bits_per_second").asDouble()).isEqualTo(8000);
  }

  @Test
  void targetsSayHowTheyAreSentAndWhy() {
    engine.near.choice(SendChoice.COPY_MEASURED);
    engine.near.trainLength(46);
    engine.far.trainLength(1);
    engine.far.trainRefused(DropReason.EIO);
    JsonNode near = status().at("/streams/0/targets/0");
    assertThat(near.path("zero_copy").isBoolean()).isTrue();
    assertThat(near.path("zero_copy").asBoolean()).isFalse();
    assertThat(near.path("zero_copy_reason").asText()).isEqualTo(SendChoice.COPY_MEASURED.reason());
    assertThat(near.path("train_datagrams").asInt()).isEqualTo(46);
    assertThat(near.has("last_train_refusal")).isFalse();
    JsonNode far = status().at("/streams/0/targets/1");
    assertThat(far.path("zero_copy").asBoolean()).isTrue();
    assertThat(far.path("train_datagrams").asInt()).isEqualTo(1);
    assertThat(far.path("trains_refused").asInt()).isEqualTo(1);
    assertThat(far.path("last_train_refusal").asText()).isEqualTo("EIO");
  }

  @Test
  void rateOfWhatHasNotBegunIsZero() {
    assertThat(status().at("/streams/0/targets/0/bits_per_second").asDouble()).isZero();
  }

  @Test
  void stateFollowsTheStream() {
    assertThat(status().at("/streams/0/state").asText()).isEqualTo("running");
    engine.news.state(StreamCounters.State.PAUSED);
    assertThat(status().at("/streams/0/state").asText()).isEqualTo("paused");
  }
}
