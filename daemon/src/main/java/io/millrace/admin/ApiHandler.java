package io.millrace.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JSON API below {@value #PREFIX}. Reads: {@code GET status}, {@code rings}, {@code streams},
 * {@code targets}. Changes: {@code POST streams/NAME/pause}, {@code .../resume}, {@code .../rate}
 * with the rate as text in the body. A failure answers {@code {"error": "..."}}.
 */
public final class ApiHandler implements HttpHandler {
  static final String PREFIX = "/api/v1/";

  private static final Pattern STREAM_VERB = Pattern.compile("streams/([^/]+)/(pause|resume|rate)");
  private static final int MAX_BODY_BYTES = 1024;

  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;

  /** Changes a stream's rate to the one that a text names. */
  @FunctionalInterface
  public interface RateChange {
    /**
     * Carries it out.
     *
     * @return false if the ring's command queue is full
     * @throws IllegalArgumentException if the text is no rate; the message says what is
     */
    boolean apply(StreamControl stream, String rate);
  }

  private final StatusReport report;
  private final Map<String, StreamControl> streams;
  private final RateChange rateChange;

  /**
   * A handler.
   *
   * @param streams the streams that can be controlled, by name
   */
  public ApiHandler(
      StatusReport report, Map<String, StreamControl> streams, RateChange rateChange) {
    this.report = report;
    this.streams = Map.copyOf(streams);
    this.rateChange = rateChange;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring(PREFIX.length());
    String method = exchange.getRequestMethod();
    Matcher verb = STREAM_VERB.matcher(path);
    if (verb.matches()) {
      if (method.equals("POST")) {
        control(exchange, verb.group(1), verb.group(2));
      } else {
        refuseMethod(exchange, "POST");
      }
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
      fail(exchange, NOT_FOUND, "no such resource: " + path);
    } else if (!method.equals("GET") && !method.equals("HEAD")) {
      refuseMethod(exchange, "GET, HEAD");
    } else {
      send(exchange, OK, answer);
    }
  }

  private void control(HttpExchange exchange, String name, String verb) throws IOException {
    StreamControl stream = streams.get(name);
    if (stream == null) {
      fail(exchange, NOT_FOUND, "no such stream: " + name);
      return;
    }
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES);
    boolean accepted;
    try {
      accepted =
          switch (verb) {
            case "pause" -> stream.proxy().pause(stream.index());
            case "resume" -> stream.proxy().resume(stream.index());
            case "rate" ->
                rateChange.apply(stream, new String(body, StandardCharsets.UTF_8).strip());
            default -> throw new AssertionError("the pattern allows no " + verb);
          };
    } catch (IllegalArgumentException refused) {
      fail(exchange, BAD_REQUEST, String.valueOf(refused.getMessage()));
      return;
    }
    if (accepted) {
      send(
          exchange,
          OK,
          JsonNodeFactory.instance.objectNode().put("stream", name).put("done", verb));
    } else {
      fail(exchange, UNAVAILABLE, "the ring's command queue is full; try again");
    }
  }

  private static void refuseMethod(HttpExchange exchange, String allowed) throws IOException {
    exchange.getResponseHeaders().set("Allow", allowed);
    fail(exchange, METHOD_NOT_ALLOWED, "method not allowed; allowed: " + allowed);
  }

  private static void fail(HttpExchange exchange, int status, String message) throws IOException {
    send(exchange, status, JsonNodeFactory.instance.objectNode().put("error", message));
  }

  private static void send(HttpExchange exchange, int status, JsonNode json) throws IOException {
    AdminServer.send(
        exchange,
        status,
        "application/json",
        (StatusReport.print(json) + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
