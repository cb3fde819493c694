package io.millrace.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The live page at {@code /} and its files below {@code /page/}. Only what the table names is
 * served, so there is no path that leads elsewhere. A browser keeps the files and asks whether they
 * are still the same (ETag), so that a daemon of another version is never shown with old scripts.
 * Any thread.
 */
final class PageHandler implements HttpHandler {
  private static final int OK = 200;
  private static final int NOT_MODIFIED = 304;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  /**
   * Nothing from elsewhere, no script or style in the page itself, in nobody's frame. Scripts set
   * styles through the object model, which this doesn't concern.
   */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy", POLICY,
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Referrer-Policy", "same-origin",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cache-Control", "no-cache");

  /** The folder of the webjar has its version: another one in the pom, another one here. */
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private static final String OURS = "/io/millrace/page/";

  private static final Map<String, PageFile> FILES =
      List.of(
              new PageFile("/", "text/html; charset=utf-8", OURS + "index.html"),
              PageFile.of("page.css", OURS),
              PageFile.of("icon.svg", OURS),
              PageFile.of("main.js", OURS),
              PageFile.of("feed.js", OURS),
              PageFile.of("rates.js", OURS),
              PageFile.of("format.js", OURS),
              PageFile.of("table.js", OURS),
              PageFile.of("plots.js", OURS),
              PageFile.of("summary.js", OURS),
              PageFile.of("rings.js", OURS),
              PageFile.of("streams.js", OURS),
              PageFile.of("targets.js", OURS),
              PageFile.of("control.js", OURS),
              PageFile.of("theme.js", OURS),
              PageFile.of("uPlot.esm.js", UPLOT),
              PageFile.of("uPlot.min.css", UPLOT))
          .stream()
          .collect(Collectors.toUnmodifiableMap(PageFile::path, Function.identity()));

  private final AccessRules access;

  PageHandler(AccessRules access) {
    this.access = access;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    PageFile file = FILES.get(exchange.getRequestURI().getPath());
    AccessRules.Refusal refusal = access.ofReading(exchange);
    if (refusal != null) {
      answer(exchange, refusal.status(), refusal.message());
    } else if (file == null) {
      answer(exchange, NOT_FOUND, "not found");
    } else if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      answer(exchange, METHOD_NOT_ALLOWED, "method not allowed");
    } else {
      send(exchange, file);
    }
  }

  private static void send(HttpExchange exchange, PageFile file) throws IOException {
    PageFile.Content content = file.content();
    Headers headers = exchange.getResponseHeaders();
    HEADERS.forEach(headers::set);
    headers.set("ETag", content.tag());
    String known = exchange.getRequestHeaders().getFirst("If-None-Match");
    if (known != null && known.contains(content.tag())) {
      try (exchange) {
        exchange.sendResponseHeaders(NOT_MODIFIED, -1);
      }
    } else {
      AdminServer.send(exchange, OK, file.type(), content.bytes());
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    AdminServer.send(
        exchange,
        status,
        "text/plain; charset=utf-8",
        (text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
