package io.millrace.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.millrace.metrics.DaemonMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The admin HTTP server: metrics, health, the API and the live page, over TLS if it is given any.
 * Threads of its own ({@link RequestThreads}); closing it ends them.
 *
 * <ul>
 *   <li>{@code GET /metrics}: Prometheus text or OpenMetrics
 *   <li>{@code GET /-/healthy}: 200 while every ring gets on, 503 with the reason otherwise
 *   <li>{@code GET /-/ready}: 200 while every ring runs, 503 otherwise
 *   <li>{@code POST /-/reload}: {@link ControlHandler}
 *   <li>{@code /api/v1/...}: {@link ApiHandler}
 *   <li>{@code /}: the live page, {@link PageHandler}
 * </ul>
 */
public final class AdminServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;

  /** Connections that wait to be accepted: a burst of them is over the sooner. */
  private static final int BACKLOG = 256;

  private static final String READING_SECONDS = "sun.net.httpserver.maxReqTime";
  private static final String ANSWERING_SECONDS = "sun.net.httpserver.maxRspTime";

  /** By so much is a request's own end before the one that the JDK's server makes of it. */
  private static final int EARLIER_SECONDS = 2;

  /** What the JDK's server is told by system properties, unless somebody has set them. */
  private static final Map<String, String> LIMITS =
      Map.of(
          "jdk.httpserver.maxConnections",
          "256",
          READING_SECONDS,
          "12", // until a request has been read
          "sun.net.httpserver.idleInterval",
          "10", // seconds that a connection is kept without one
          "sun.net.httpserver.clockTick",
          "2000", // milliseconds, how often that is looked at
          ANSWERING_SECONDS,
          "122", // and until its answer has been taken
          "sun.net.httpserver.maxReqHeaders",
          "64",
          "sun.net.httpserver.maxReqHeaderSize",
          "16384");

  /** The JDK's own server; unless it is named, the JDK opens every jar to look for another. */
  private static final String SERVER_PROPERTY = "com.sun.net.httpserver.HttpServerProvider";

  private static final String SERVER = "sun.net.httpserver.DefaultHttpServerProvider";

  static {
    LIMITS.forEach(AdminServer::setUnlessSet);
    try {
      Class.forName(SERVER);
      setUnlessSet(SERVER_PROPERTY, SERVER);
    } catch (ClassNotFoundException renamed) {
      // The JDK finds it by itself.
    }
  }

  static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static long boundMs(String property, int absent) {
    int seconds = Integer.getInteger(property, absent);
    return TimeUnit.SECONDS.toMillis(Math.max(1, seconds - EARLIER_SECONDS));
  }

  private final HttpServer server;
  private boolean started;
  private @Nullable ApiHandler api;
  private final RequestThreads threads =
      new RequestThreads(boundMs(READING_SECONDS, 12), boundMs(ANSWERING_SECONDS, 122));

  private AdminServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Listens. Who connects is answered when the server serves.
   *
   * @param tls null: plain HTTP
   * @throws IOException if the address can't be bound
   */
  public static AdminServer bind(InetSocketAddress address, @Nullable ServerTls tls)
      throws IOException {
    if (tls == null) {
      return new AdminServer(HttpServer.create(address, BACKLOG));
    }
    HttpsServer server = HttpsServer.create(address, BACKLOG);
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            // The engine comes with everything set, fit for the context that it is of.
          }
        });
    return new AdminServer(server);
  }

  /**
   * Answers from now on; to be called once.
   *
   * @param troubles what is wrong with the daemon now, a sentence each
   * @return this
   */
  public AdminServer serve(
      DaemonMetrics metrics,
      BooleanSupplier ready,
      Supplier<List<String>> troubles,
      ApiHandler api) {
    this.api = api;
    AccessRules access = api.access();
    Map<String, HttpHandler> handlers =
        Map.of(
            "/",
            new PageHandler(access),
            "/metrics",
            only("/metrics", access, exchange -> metrics(exchange, metrics)),
            "/-/healthy",
            only("/-/healthy", access, exchange -> healthy(exchange, troubles)),
            "/-/ready",
            only("/-/ready", access, exchange -> ready(exchange, ready)),
            ControlHandler.RELOAD,
            api.reload(),
            ApiHandler.PREFIX,
            api);
    handlers.forEach((path, handler) -> server.createContext(path, new SafeHandler(handler)));
    server.setExecutor(threads);
    server.start();
    started = true;
    return this;
  }

  /** The address that is listened on, with the real port where 0 was configured. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    if (api != null) {
      api.close();
    }
    // First: who waits for a client holds what stopping needs.
    threads.close();
    if (!started) {
      server.start(); // The address is given back by the thread that this starts, and by no other.
    }
    server.stop(0);
  }

  /**
   * As it is made, in chunks: of 10,000 targets a scrape has 30 MB, and made before it was sent it
   * was in the heap twice more, which was full then.
   */
  private static void metrics(HttpExchange exchange, DaemonMetrics metrics) throws IOException {
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", metrics.contentType(accept));
      boolean bodyless = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(OK, bodyless ? -1 : 0);
      if (!bodyless) {
        metrics.write(accept, exchange.getResponseBody());
      }
    }
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
