package io.millrace.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.millrace.metrics.JsonText;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JSON API below {@value #PREFIX}. Reads: {@code GET status}, {@code rings}, {@code streams},
 * {@code targets}, {@code names}; for who looks on, {@code live} (what moves), {@code events} (the
 * same once a second) and {@code targets/top} ({@link TargetsHandler}). Changes: {@code POST
 * streams/NAME/pause}, {@code .../resume}, {@code .../rate} with the rate as text in the body,
 * {@code .../targets/add} and {@code .../targets/remove} with the target. A failure answers {@code
 * {"error": "..."}}.
 */
public final class ApiHandler implements HttpHandler, AutoCloseable {
  static final String PREFIX = "/api/v1/";

  private static final Pattern STREAM_VERB =
      Pattern.compile("streams/([^/]+)/(pause|resume|rate|targets/add|targets/remove)");

  private static final Set<String> READS =
      Set.of("status", "rings", "streams", "targets", "names", "live", "events", "targets/top");

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private final StatusReport report;
  private final LiveFeed live;
  private final TargetsHandler targets;
  private final ControlHandler changes;
  private final AccessRules access;

  /** A handler, of reads by itself. */
  public ApiHandler(StatusReport report, LiveFeed live, DaemonControl control, AccessRules access) {
    this.report = report;
    this.live = live;
    targets = new TargetsHandler(live::board);
    this.access = access;
    changes = new ControlHandler(control, access);
  }

  /** What handles {@value ControlHandler#RELOAD}. */
  HttpHandler reload() {
    return changes;
  }

  /** Who may ask for what, here and elsewhere. */
  AccessRules access() {
    return access;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring(PREFIX.length());
    String method = exchange.getRequestMethod();
    Matcher verb = STREAM_VERB.matcher(path);
    if (verb.matches()) {
      changes.change(exchange, verb.group(1), verb.group(2));
      return;
    }
    AccessRules.Refusal refusal = access.ofReading(exchange);
    if (refusal != null) {
      ControlHandler.fail(exchange, refusal.status(), refusal.message());
      return;
    }
    if (!READS.contains(path)) {
      ControlHandler.fail(exchange, NOT_FOUND, "no such resource: " + path);
    } else if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      ControlHandler.fail(exchange, METHOD_NOT_ALLOWED, "method not allowed; allowed: GET, HEAD");
    } else {
      read(exchange, path);
    }
  }

  private void read(HttpExchange exchange, String path) throws IOException {
    switch (path) {
      case "status" -> send(exchange, OK, report.status());
      case "rings" -> send(exchange, OK, report.rings());
      case "streams" -> send(exchange, OK, report.streams());
      case "targets" -> send(exchange, OK, report.targets());
      case "names" -> send(exchange, OK, report.names());
      case "live" -> sendLine(exchange, live.now());
      case "events" -> live.listen(exchange);
      case "targets/top" -> targets.handle(exchange);
      default -> throw new AssertionError("READS has no " + path);
    }
  }

  /** Ends the events of those who listen. */
  @Override
  public void close() {
    live.close();
  }

  /** On one line, as many of them follow each other where somebody goes on asking. */
  private static void sendLine(HttpExchange exchange, JsonNode json) throws IOException {
    AdminServer.send(
        exchange, OK, "application/json", (json + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static void send(HttpExchange exchange, int status, JsonNode json) throws IOException {
    AdminServer.send(
        exchange,
        status,
        "application/json",
        (JsonText.print(json) + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
