package io.millrace.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.millrace.metrics.DaemonMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The admin HTTP server: metrics, health and the API. Virtual threads of its own; closing it ends
 * them.
 *
 * <ul>
 *   <li>{@code GET /metrics}: Prometheus text or OpenMetrics
 *   <li>{@code GET /-/healthy}: 200 while every ring gets on, 503 with the reason otherwise
 *   <li>{@code GET /-/ready}: 200 while every ring runs, 503 otherwise
 *   <li>{@code POST /-/reload}: {@link ControlHandler}
 *   <li>{@code /api/v1/...}: {@link ApiHandler}
 * </ul>
 */
public final class AdminServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;

  /** What the JDK's server is told by system properties, unless somebody has set them. */
  private static final Map<String, String> LIMITS =
      Map.of(
          "jdk.httpserver.maxConnections", "256",
          "sun.net.httpserver.maxReqTime", "10", // seconds until a request has been read
          "sun.net.httpserver.maxRspTime", "120", // and until its answer has been taken
          "sun.net.httpserver.maxReqHeaders", "64",
          "sun.net.httpserver.maxReqHeaderSize", "16384");

  static {
    LIMITS.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value);
          }
        });
  }

  private final HttpServer server;
  private final ExecutorService executor;

  private AdminServer(HttpServer server, ExecutorService executor) {
    this.server = server;
    this.executor = executor;
  }

  /**
   * Listens.
   *
   * @param troubles what is wrong with the daemon now, a sentence each
   * @throws IOException if the address can't be bound
   */
  public static AdminServer start(
      InetSocketAddress address,
      DaemonMetrics metrics,
      BooleanSupplier ready,
      Supplier<List<String>> troubles,
      ApiHandler api)
      throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    AccessRules access = api.access();
    server.createContext(
        "/", only("/", access, exchange -> answer(exchange, NOT_FOUND, "not found\n")));
    server.createContext(
        "/metrics", only("/metrics", access, exchange -> metrics(exchange, metrics)));
    server.createContext(
        "/-/healthy", only("/-/healthy", access, exchange -> healthy(exchange, troubles)));
    server.createContext("/-/ready", only("/-/ready", access, exchange -> ready(exchange, ready)));
    server.createContext(ControlHandler.RELOAD, api.reload());
    server.createContext(ApiHandler.PREFIX, api);
    // A thread per request: a client that stalls holds up nobody else. Two threads were kept by two
    // half-sent requests, and every later scrape waited.
    ExecutorService executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory());
    server.setExecutor(executor);
    server.start();
    return new AdminServer(server, executor);
  }

  /** The address that is listened on, with the real port where 0 was configured. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private static void metrics(HttpExchange exchange, DaemonMetrics metrics) throws IOException {
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    metrics.write(accept, body);
    send(exchange, OK, metrics.contentType(accept), body.toByteArray());
  }

  private static void healthy(HttpExchange exchange, Supplier<List<String>> troubles)
      throws IOException {
    List<String> found = troubles.get();
    if (found.isEmpty()) {
      answer(exchange, OK, "healthy\n");
    } else {
      answer(exchange, UNAVAILABLE, String.join("\n", found) + "\n");
    }
  }

  private static void ready(HttpExchange exchange, BooleanSupplier ready) throws IOException {
    if (ready.getAsBoolean()) {
      answer(exchange, OK, "ready\n");
    } else {
      answer(exchange, UNAVAILABLE, "not ready\n");
    }
  }

  /**
   * A handler for GET and HEAD of exactly this path: a context also gets everything below its path.
   */
  private static HttpHandler only(String path, AccessRules access, HttpHandler handler) {
    return exchange -> {
      AccessRules.Refusal refusal = access.ofReading(exchange);
      if (!exchange.getRequestURI().getPath().equals(path)) {
        answer(exchange, NOT_FOUND, "not found\n");
      } else if (refusal != null) {
        answer(exchange, refusal.status(), refusal.message() + "\n");
      } else if (!Set.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        answer(exchange, METHOD_NOT_ALLOWED, "method not allowed\n");
      } else {
        handler.handle(exchange);
      }
    };
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    send(exchange, status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  static void send(HttpExchange exchange, int status, String contentType, byte[] body)
      throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", contentType);
      boolean bodyless = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, bodyless ? -1 : body.length);
      if (!bodyless) {
        exchange.getResponseBody().write(body);
      }
    }
  }
}
