package io.millrace.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.LiveReport;
import io.millrace.metrics.TargetBoard;
import io.millrace.metrics.TargetRates;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the live page is made of: the report of each second as server-sent events (HTML standard,
 * section 9.2), and the board of all targets that goes with it. Any thread.
 */
public final class LiveFeed implements AutoCloseable {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  /** An end that the browser answers with a new request; before the server's maxRspTime is one. */
  private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(100);

  /** A board is made each second for so long after somebody wanted one. */
  private static final long BOARD_NS = TimeUnit.SECONDS.toNanos(5);

  /** After an end, a browser comes again so many milliseconds later. */
  private static final byte[] RETRY = "retry: 500\n\n".getBytes(StandardCharsets.UTF_8);

  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.UTF_8);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.UTF_8);

  private final EngineView engine;
  private final LiveReport report;
  private final AccessRules access;
  private final TargetRates rates;
  private final EventFeed feed;

  /** Of the latest event; null while nobody listens, or nobody of those looks at targets. */
  private volatile @Nullable TargetBoard board;

  /** When somebody last wanted a board, on the clock of System.nanoTime(). */
  private volatile long askedNs = System.nanoTime() - BOARD_NS;

  /** A feed that makes nothing yet. */
  public LiveFeed(EngineView engine, AccessRules access) {
    this(engine, access, INTERVAL_NS);
  }

  /** The same with another time from one event to the next. */
  LiveFeed(EngineView engine, AccessRules access, long intervalNs) {
    this.engine = engine;
    this.access = access;
    report = new LiveReport(engine);
    rates = new TargetRates(engine);
    feed = new EventFeed(this::event, this::forget, intervalNs);
  }

  /** The counters now, and whether they may be changed and by whom. */
  ObjectNode now() {
    ObjectNode now = report.report(System.nanoTime(), System.currentTimeMillis());
    now.putObject("control").put("on", access.control()).put("token", access.needsToken());
    return now;
  }

  /** All targets: those of the latest event with their rates, or else as they are, without. */
  TargetBoard board() {
    askedNs = System.nanoTime();
    TargetBoard latest = board;
    return latest != null ? latest : new TargetRates(engine).look(System.nanoTime());
  }

  /** How many listen. */
  int listeners() {
    return feed.listeners();
  }

  private byte[] event() {
    long nowNs = System.nanoTime();
    if (nowNs - askedNs < BOARD_NS) {
      board = rates.look(nowNs);
    } else {
      forget();
    }
    // A JSON text has no line ends of its own: one line of data.
    return now().toString().getBytes(StandardCharsets.UTF_8);
  }

  private void forget() {
    board = null;
    rates.forget();
  }

  /** Answers with events until the client goes, is too slow, or it is time to come again. */
  void listen(HttpExchange exchange) throws IOException {
    try (exchange;
        EventFeed.Listener listener = feed.listen()) {
      if (listener == null) {
        exchange.getResponseHeaders().set("Retry-After", "5");
        ControlHandler.fail(
            exchange,
            UNAVAILABLE,
            "%d listen already, and more are not let in".formatted(EventFeed.MOST_LISTENERS));
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(OK, -1);
        return;
      }
      exchange.sendResponseHeaders(OK, 0);
      send(exchange.getResponseBody(), listener);
    }
  }

  private static void send(OutputStream out, EventFeed.Listener listener) throws IOException {
    long deadlineNs = System.nanoTime() + LONGEST_NS;
    out.write(RETRY);
    try {
      for (byte[] event = listener.take(deadlineNs);
          event != null;
          event = listener.take(deadlineNs)) {
        out.write(DATA);
        out.write(event);
        out.write(END);
        out.flush();
      }
    } catch (InterruptedException cutOff) {
      // The server stops, or this listener is too slow: in either case it is the end.
    }
  }

  /** Ends all events. */
  @Override
  public void close() {
    feed.close();
  }
}
