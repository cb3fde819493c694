package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.counters.DropReason;
import io.millrace.metrics.TargetBoard.Order;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Windows of the targets, and the rates in them. */
final class TargetBoardTest {
  private static final long SECOND_NS = 1_000_000_000;

  private final EngineViews engine = new EngineViews();
  private final TargetRates rates = new TargetRates(engine.view());

  /** Near sends 10/s, far drops 4/s, "only" sends 20/s and has dropped 100 before. */
  private TargetBoard board() {
    engine.only.dropped(DropReason.SLOW, 100);
    rates.look(SECOND_NS);
    engine.near.sent(20, 2000);
    engine.far.dropped(DropReason.ENOBUFS, 8);
    engine.only.sent(40, 4000);
    return rates.look(3 * SECOND_NS);
  }

  private static List<String> targets(JsonNode window) {
    List<String> targets = new ArrayList<>();
    window.get("targets").forEach(row -> targets.add(row.get("target").asText()));
    return targets;
  }

  @Test
  void ratesAreOfTheTimeBetweenTwoLooks() {
    JsonNode near = board().window(Order.CONFIGURED, "", 0, 10).at("/targets/0");
    assertThat(near.at("/stream").asText()).isEqualTo("news");
    assertThat(near.at("/now/datagrams_per_second").asDouble()).isEqualTo(10);
    assertThat(near.at("/now/bits_per_second").asDouble()).isEqualTo(8000);
    assertThat(near.at("/now/dropped_per_second").asDouble()).isZero();
    assertThat(near.at("/datagrams").asLong()).isEqualTo(20);
  }

  @Test
  void ratesAreUnknownAtTheFirstLook() {
    JsonNode window = rates.look(SECOND_NS).window(Order.FASTEST, "", 0, 10);
    assertThat(window.at("/targets/0/now").isEmpty()).isTrue();
    rates.look(2 * SECOND_NS);
    rates.forget();
    assertThat(rates.look(9 * SECOND_NS).window(Order.DROPPED, "", 0, 1).at("/targets/0/now"))
        .isEmpty();
  }

  @Test
  void ordersPutFirstWhatTheySay() {
    TargetBoard board = board();
    assertThat(targets(board.window(Order.CONFIGURED, "", 0, 10)))
        .containsExactly("127.0.0.1:5004", "[::1]:5004", "127.0.0.1:5005");
    assertThat(targets(board.window(Order.DROPPING, "", 0, 10)))
        .containsExactly("[::1]:5004", "127.0.0.1:5005", "127.0.0.1:5004");
    assertThat(targets(board.window(Order.DROPPED, "", 0, 10)))
        .containsExactly("127.0.0.1:5005", "[::1]:5004", "127.0.0.1:5004");
    assertThat(targets(board.window(Order.FASTEST, "", 0, 10)))
        .containsExactly("127.0.0.1:5005", "127.0.0.1:5004", "[::1]:5004");
    assertThat(targets(board.window(Order.SLOWEST, "", 0, 10)))
        .containsExactly("[::1]:5004", "127.0.0.1:5004", "127.0.0.1:5005");
  }

  @Test
  void theFilterLooksAtStreamAndTarget() {
    TargetBoard board = board();
    JsonNode window = board.window(Order.CONFIGURED, "NEWS", 0, 10);
    assertThat(window.get("total").asInt()).isEqualTo(3);
    assertThat(window.get("matching").asInt()).isEqualTo(2);
    assertThat(targets(board.window(Order.CONFIGURED, ":5005", 0, 10)))
        .containsExactly("127.0.0.1:5005");
    assertThat(targets(board.window(Order.CONFIGURED, "nothing", 0, 10))).isEmpty();
  }

  @Test
  void windowsFollowOnEachOther() {
    TargetBoard board = board();
    assertThat(targets(board.window(Order.CONFIGURED, "", 0, 2))).hasSize(2);
    assertThat(targets(board.window(Order.CONFIGURED, "", 2, 2))).containsExactly("127.0.0.1:5005");
    assertThat(targets(board.window(Order.CONFIGURED, "", 1_000_000, 2))).isEmpty();
  }

  @Test
  void labelsAreReadAsTheyAreWritten() {
    for (Order order : Order.values()) {
      assertThat(Order.of(order.label())).isEqualTo(order);
      assertThat(Order.labels()).contains(order.label());
    }
    assertThat(Order.of("random")).isNull();
  }
}
