package io.millrace.admin;

import com.sun.net.httpserver.HttpExchange;
import io.millrace.metrics.TargetBoard;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET targets/top?order=&filter=&offset=&limit=}: a window of the targets, so that somebody
 * who looks at a thousand of them isn't sent all of them each second. Any thread.
 */
final class TargetsHandler {
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int DEFAULT_ROWS = 25;
  private static final int MOST_OFFSET = 1_000_000;

  private final Supplier<TargetBoard> board;

  TargetsHandler(Supplier<TargetBoard> board) {
    this.board = board;
  }

  void handle(HttpExchange exchange) throws IOException {
    try {
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      TargetBoard.Order order = order(query.getOrDefault("order", "dropping"));
      String filter = query.getOrDefault("filter", "");
      if (filter.length() > TargetBoard.MOST_FILTER) {
        throw new IllegalArgumentException(
            "filter: allowed: at most " + TargetBoard.MOST_FILTER + " characters");
      }
      int offset = number(query, "offset", 0, 0, MOST_OFFSET);
      int limit = number(query, "limit", DEFAULT_ROWS, 1, TargetBoard.MOST_ROWS);
      ApiHandler.send(exchange, OK, board.get().window(order, filter, offset, limit));
    } catch (IllegalArgumentException bad) {
      ControlHandler.fail(exchange, BAD_REQUEST, String.valueOf(bad.getMessage()));
    }
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    for (String part : raw == null ? new String[0] : raw.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        query.put(
            part.substring(0, equals),
            // Throws IllegalArgumentException where % isn't followed by two digits.
            URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  private static TargetBoard.Order order(String label) {
    TargetBoard.Order order = TargetBoard.Order.of(label);
    if (order == null) {
      throw new IllegalArgumentException("order: allowed: " + TargetBoard.Order.labels());
    }
    return order;
  }

  private static int number(Map<String, String> query, String key, int preset, int min, int max) {
    String text = query.get(key);
    if (text == null) {
      return preset;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException isNone) {
      // The same complaint.
    }
    throw new IllegalArgumentException("%s: allowed: %d to %d".formatted(key, min, max));
  }
}
