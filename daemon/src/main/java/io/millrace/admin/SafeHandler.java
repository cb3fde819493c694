package io.millrace.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A handler whose bugs stay its own: the client hears that there was one and no more, the log has
 * the rest, and neither the server nor the daemon goes down with it. Any thread.
 */
final class SafeHandler implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(SafeHandler.class);
  private static final LogLimit LIMIT = new LogLimit(TimeUnit.MINUTES.toNanos(1));

  private static final int INTERNAL_ERROR = 500;

  private final HttpHandler handler;

  SafeHandler(HttpHandler handler) {
    this.handler = handler;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try {
      if (!hasBody(exchange.getRequestHeaders())) {
        RequestThreads.requestIsRead();
      }
      handler.handle(exchange);
    } catch (RuntimeException | Error bug) {
      log(bug);
      if (exchange.getResponseCode() < 0) {
        AdminServer.send(
            exchange,
            INTERNAL_ERROR,
            "text/plain; charset=utf-8",
            "internal error; the daemon's log says more\n".getBytes(StandardCharsets.UTF_8));
      } else {
        exchange.close(); // half an answer is none
      }
    }
  }

  /** Then it is read when whoever wants the body says so; if nobody does, before it is answered. */
  private static boolean hasBody(Headers request) {
    String length = request.getFirst("Content-Length");
    return request.containsKey("Transfer-Encoding") || (length != null && !length.equals("0"));
  }

  /** Once a minute: who has found a bug may ask for it as often as he likes. */
  static void log(Throwable bug) {
    if (LIMIT.admits(System.nanoTime())) {
      LOG.error("a request to the admin server failed", bug);
    }
  }
}
