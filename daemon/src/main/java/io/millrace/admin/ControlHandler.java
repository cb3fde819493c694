package io.millrace.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What changes the daemon: {@code POST /-/reload}, and the verbs of a stream. Answers JSON: {@code
 * {"done": verb, ...}}, or {@code {"error": "...", ...}}. Any thread.
 */
final class ControlHandler implements HttpHandler {
  static final String RELOAD = "/-/reload";

  private static final int MAX_BODY_BYTES = 1024;

  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int TOO_LARGE = 413;

  private final DaemonControl control;
  private final AccessRules access;

  ControlHandler(DaemonControl control, AccessRules access) {
    this.control = control;
    this.access = access;
  }

  /** {@value #RELOAD}. */
  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getPath().equals(RELOAD)) {
      fail(exchange, NOT_FOUND, "not found");
    } else if (isAllowed(exchange) && body(exchange) != null) {
      answer(exchange, "reload", null, control.reload("POST " + RELOAD));
    }
  }

  /** A verb of a stream: pause, resume, rate, targets/add or targets/remove. */
  void change(HttpExchange exchange, String stream, String verb) throws IOException {
    if (!isAllowed(exchange)) {
      return;
    }
    String body = body(exchange);
    if (body == null) {
      return;
    }
    ControlResult result =
        switch (verb) {
          case "pause" -> control.pause(stream);
          case "resume" -> control.resume(stream);
          case "rate" -> control.rate(stream, body);
          case "targets/add" -> control.addTarget(stream, body);
          case "targets/remove" -> control.removeTarget(stream, body);
          default -> throw new AssertionError("the pattern allows no " + verb);
        };
    answer(exchange, verb, stream, result);
  }

  /** Otherwise it has been answered. */
  private boolean isAllowed(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals("POST")) {
      exchange.getResponseHeaders().set("Allow", "POST");
      fail(exchange, METHOD_NOT_ALLOWED, "method not allowed; allowed: POST");
      return false;
    }
    AccessRules.Refusal refusal = access.ofChanging(exchange);
    if (refusal != null) {
      fail(exchange, refusal.status(), refusal.message());
    }
    return refusal == null;
  }

  /** Null if it is too long, which has been answered. */
  private static @Nullable String body(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    RequestThreads.requestIsRead();
    if (body.length > MAX_BODY_BYTES) {
      exchange.getResponseHeaders().set("Connection", "close");
      fail(exchange, TOO_LARGE, "the body has more than " + MAX_BODY_BYTES + " bytes");
      return null;
    }
    return new String(body, StandardCharsets.UTF_8).strip();
  }

  private static void answer(
      HttpExchange exchange, String verb, @Nullable String stream, ControlResult result)
      throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (stream != null) {
      json.put("stream", stream);
    }
    if (result.kind() == ControlResult.Kind.DONE) {
      json.put("done", verb).put("message", result.message());
    } else {
      json.put("error", result.message());
    }
    new TreeMap<>(result.details())
        .forEach(
            (key, lines) -> {
              ArrayNode array = json.putArray(key);
              lines.forEach(array::add);
            });
    ApiHandler.send(exchange, result.kind().status(), json);
  }

  static void fail(HttpExchange exchange, int status, String message) throws IOException {
    ApiHandler.send(exchange, status, JsonNodeFactory.instance.objectNode().put("error", message));
  }
}
