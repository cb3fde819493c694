package io.millrace.admin;

import com.sun.net.httpserver.HttpHandler;
import io.millrace.fuzz.FuzzTarget;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineViews;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests of any kind are answered once, with a status that is ours and without a word about the
 * program's insides; and what changes something came by a POST, from nobody's page, to a name of
 * ours, with the token. An input's first byte says which rules hold (read-only, free, token); then
 * come request line, header lines, an empty line and the body.
 */
public final class RequestsFuzz implements FuzzTarget {
  private static final String TOKEN = "secret";
  private static final String LISTEN = "millrace.example";
  private static final List<String> INSIDES =
      List.of("Exception", "io.millrace", "java.lang", "sun.net", "\tat ");
  private static final Set<Integer> STATUSES =
      Set.of(200, 400, 401, 403, 404, 405, 413, 415, 421, 503);

  private final RecordingControl control = new RecordingControl();
  private final EngineView engine = new EngineViews().view();
  private final StatusReport report = new StatusReport(engine);
  private final ApiHandler readOnly;
  private final ApiHandler free;
  private final ApiHandler guarded;

  /** With a token file of its own. */
  public RequestsFuzz() {
    try {
      Path token = Files.createTempFile("millrace-fuzz", ".token");
      token.toFile().deleteOnExit();
      Files.writeString(token, TOKEN + "\n");
      readOnly = api(false, null);
      free = api(true, null);
      guarded = api(true, token);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private ApiHandler api(boolean changes, @Nullable Path token) {
    AccessRules access = new AccessRules(LISTEN, changes, token);
    LiveFeed feed = new LiveFeed(engine, access);
    feed.close(); // or a request for its events would take as long as they do: it is refused
    return new ApiHandler(report, feed, control, access);
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
            "0GET /api/v1/status\nHost: localhost:9464\n\n",
            "0POST /-/reload\nHost: 127.0.0.1\n\n",
            "1POST /-/reload\nHost: [::1]:9464\nOrigin: http://[::1]:9464\n\n",
            "1POST /api/v1/streams/news/rate\nHost: millrace.example\nContent-Type: text/plain\n\n"
                + "50 Mbit/s",
            "1POST /api/v1/streams/a%20b/targets/add\n\n192.0.2.1:5004",
            "1POST /api/v1/streams/news/pause\nHost: evil.example\nOrigin: http://evil.example\n\n",
            "2POST /api/v1/streams/news/targets/remove\nAuthorization: Bearer secret\n\n[::1]:5",
            "2POST /-/reload\nHost: localhost\nAuthorization: Bearer wrong\n\n",
            "1POST /-/reload\nContent-Type: application/x-www-form-urlencoded\n\na=b",
            "1DELETE /api/v1/streams/news/resume\nHost: LOCALHOST:1\n\n",
            "0HEAD /api/v1/../../etc/passwd\n\n",
            "0GET /api/v1/targets/top?order=fastest&filter=%5B::1&offset=1&limit=2\n\n",
            "0GET /api/v1/events\n\n",
            "1POST /-/reload\n\n" + "x".repeat(1025))
        .stream()
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
        .toList();
  }

  @Override
  public List<String> words() {
    return List.of(
        "GET ",
        "POST ",
        "HEAD ",
        "PUT ",
        "/api/v1/",
        "/-/reload",
        "streams/",
        "/pause",
        "/rate",
        "/targets/add",
        "status",
        "rings",
        "targets",
        "targets/top?",
        "live",
        "events",
        "order=",
        "&filter=",
        "&offset=",
        "&limit=",
        "%2f",
        "%00",
        "%0d%0a",
        "%ff",
        "..",
        "//",
        "?",
        "#",
        ";",
        "\n",
        "\n\n",
        "Host: ",
        "Origin: ",
        "Authorization: ",
        "Bearer ",
        "Content-Type: ",
        "secret",
        "localhost",
        "LOCALHOST",
        "millrace.example",
        "127.0.0.1",
        "127.1",
        "[::1]",
        "[::1%lo]",
        ":9464",
        ":",
        "null",
        "http://",
        "https://",
        "evil.example",
        "@",
        "text/plain",
        "multipart/form-data",
        "x".repeat(600),
        "\u0000",
        "\t",
        "0",
        "1",
        "2");
  }

  @Override
  public void accept(byte[] input) throws Exception {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    FakeExchange exchange = exchange(text);
    if (exchange == null) {
      return;
    }
    ApiHandler api =
        switch (text.charAt(0) & 3) {
          case 0 -> readOnly;
          case 1 -> free;
          default -> guarded;
        };
    String path = exchange.getRequestURI().getPath();
    HttpHandler handler;
    // As the server finds it: by the beginning of the path.
    if (path.startsWith(ApiHandler.PREFIX)) {
      handler = api;
    } else if (path.startsWith(ControlHandler.RELOAD)) {
      handler = api.reload();
    } else {
      return;
    }
    control.calls.clear();
    handler.handle(exchange);
    checkAnswer(exchange, text);
    if (!control.calls.isEmpty()) {
      checkChange(exchange, api);
    }
  }

  /** Null if the server would not have come as far as a handler with it. */
  private static @Nullable FakeExchange exchange(String text) {
    int end = text.indexOf("\n\n");
    String[] lines = (end < 0 ? text : text.substring(0, end)).split("\n", -1);
    String[] first = lines[0].split(" ", -1);
    if (first.length != 2 || first[0].length() < 2) {
      return null;
    }
    try {
      String body = end < 0 ? "" : text.substring(end + 2);
      URI uri = new URI(first[1]);
      if (uri.getPath() == null) {
        return null;
      }
      FakeExchange exchange =
          new FakeExchange(first[0].substring(1), uri, body.getBytes(StandardCharsets.ISO_8859_1));
      for (int line = 1; line < lines.length; line++) {
        int colon = lines[line].indexOf(':');
        if (colon > 0) {
          exchange
              .getRequestHeaders()
              .add(lines[line].substring(0, colon), lines[line].substring(colon + 1).strip());
        }
      }
      return exchange;
    } catch (URISyntaxException | IllegalArgumentException refused) {
      return null;
    }
  }

  private static void checkAnswer(FakeExchange exchange, String sent) {
    String answer = new String(exchange.answered(), StandardCharsets.UTF_8);
    // What was sent may be quoted, and a fuzzer soon learns to send these words.
    boolean tells =
        INSIDES.stream().anyMatch(word -> answer.contains(word) && !sent.contains(word));
    if (!STATUSES.contains(exchange.getResponseCode()) || answer.length() > 20_000 || tells) {
      throw new AssertionError("a bad answer: %d %s".formatted(exchange.getResponseCode(), answer));
    }
  }

  private void checkChange(FakeExchange exchange, ApiHandler api) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    boolean allowed =
        api != readOnly
            && exchange.getRequestMethod().equals("POST")
            && exchange.getResponseCode() == 200
            && control.calls.size() == 1
            && (host == null || isOurs(host.toLowerCase(Locale.ROOT)))
            && (origin == null || origin.replaceFirst("^https?://", "").equals(host))
            && (api != guarded || (token != null && token.strip().endsWith(TOKEN)));
    if (!allowed) {
      throw new AssertionError("not to be allowed: " + control.calls);
    }
  }

  /** Without the code of {@link AccessRules}: an address consists of nothing but these. */
  private static boolean isOurs(String host) {
    String name = host.replaceFirst(":\\d*$", "");
    return name.equals("localhost")
        || name.equals(LISTEN)
        || name.matches("[0-9a-fx.]+")
        || name.matches("\\[[0-9a-f:.]+(%[^\\]]*)?\\]");
  }
}
