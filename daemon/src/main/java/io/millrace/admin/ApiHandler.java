package io.millrace.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JSON API below {@value #PREFIX}. Reads: {@code GET status}, {@code rings}, {@code streams},
 * {@code targets}. Changes: {@code POST streams/NAME/pause}, {@code .../resume}, {@code .../rate}
 * with the rate as text in the body, {@code .../targets/add} and {@code .../targets/remove} with
 * the target. A failure answers {@code {"error": "..."}}.
 */
public final class ApiHandler implements HttpHandler {
  static final String PREFIX = "/api/v1/";

  private static final Pattern STREAM_VERB =
      Pattern.compile("streams/([^/]+)/(pause|resume|rate|targets/add|targets/remove)");

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private final StatusReport report;
  private final ControlHandler changes;
  private final AccessRules access;

  /** A handler, of reads by itself. */
  public ApiHandler(StatusReport report, DaemonControl control, AccessRules access) {
    this.report = report;
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
    JsonNode answer =
        switch (path) {
          case "status" -> report.status();
          case "rings" -> report.rings();
          case "streams" -> report.streams();
          case "targets" -> report.targets();
          default -> null;
        };
    if (answer == null) {
      ControlHandler.fail(exchange, NOT_FOUND, "no such resource: " + path);
    } else if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      ControlHandler.fail(exchange, METHOD_NOT_ALLOWED, "method not allowed; allowed: GET, HEAD");
    } else {
      send(exchange, OK, answer);
    }
  }

  static void send(HttpExchange exchange, int status, JsonNode json) throws IOException {
    AdminServer.send(
        exchange,
        status,
        "application/json",
        (StatusReport.print(json) + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
