package io.millrace.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.metrics.DaemonMetrics;
import io.millrace.metrics.EngineViews;
import io.millrace.metrics.StatusReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The live page's files and events over real HTTP, with an engine that isn't there. */
@Timeout(60)
final class LivePageTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EngineViews engine = new EngineViews();
  private final DaemonMetrics metrics = new DaemonMetrics(engine.view());
  private final HttpClient client = HttpClient.newHttpClient();
  private AdminServer server = start(true, null);

  private AdminServer start(boolean changes, @Nullable Path tokenFile) {
    AccessRules access = new AccessRules("127.0.0.1", changes, tokenFile);
    LiveFeed feed = new LiveFeed(engine.view(), access);
    ApiHandler api =
        new ApiHandler(new StatusReport(engine.view()), feed, new RecordingControl(), access);
    try {
      return AdminServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null)
          .serve(metrics, () -> true, List::of, api);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @AfterEach
  void close() {
    server.close();
    metrics.close();
    client.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.address().getPort() + path))
        .timeout(Duration.ofSeconds(20));
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  private HttpResponse<String> get(String path) {
    return send(request(path).build());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/page/page.css, text/css; charset=utf-8",
    "/page/main.js, text/javascript; charset=utf-8",
    "/page/uPlot.esm.js, text/javascript; charset=utf-8",
    "/page/uPlot.min.css, text/css; charset=utf-8",
    "/page/icon.svg, image/svg+xml"
  })
  void filesHaveTheirTypesAndAreNoOtherOnes(String path, String type) {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "Content-Type")).isEqualTo(type);
    assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(response, "Content-Security-Policy"))
        .contains("default-src 'none'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe")
        .doesNotContain("http");
    assertThat(response.body()).isNotEmpty();
  }

  /** A script that is imported but not served would leave the page empty. */
  @Test
  void everythingThatThePageNamesIsServed() {
    String page = get("/").body();
    List<String> paths = new ArrayList<>(matches(page, "(?:src|href)=\"([^\"]+)\""));
    assertThat(paths).isNotEmpty().allMatch(path -> path.startsWith("page/"));
    List<String> seen = new ArrayList<>();
    while (!paths.isEmpty()) {
      String path = paths.removeFirst();
      if (!seen.contains(path)) {
        seen.add(path);
        HttpResponse<String> response = get("/" + path);
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        matches(response.body(), "from \"\\./([^\"]+)\"")
            .forEach(name -> paths.add("page/" + name));
      }
    }
    assertThat(seen).contains("page/rates.js", "page/uPlot.esm.js");
  }

  /** The page's policy forbids all of it, so it wouldn't work either. */
  @Test
  void thePageHasNoScriptOrStyleInIt() {
    assertThat(get("/").body())
        .doesNotContain("<style")
        .doesNotContain("style=")
        .doesNotContain("onclick")
        .doesNotContain("://");
  }

  private static List<String> matches(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher.results().map(result -> result.group(1)).toList();
  }

  @Test
  void whatTheBrowserHasIsNotSentAgain() {
    HttpResponse<String> first = get("/page/main.js");
    assertThat(header(first, "Cache-Control")).isEqualTo("no-cache");
    String tag = header(first, "ETag");
    assertThat(tag).matches("\"[0-9a-f]{24}\"");
    HttpResponse<String> again =
        send(request("/page/main.js").header("If-None-Match", tag).build());
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(send(request("/page/main.js").header("If-None-Match", "\"other\"").build()))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page/",
        "/page",
        "/page/nothing.js",
        "/page/main.js/",
        "/page//main.js",
        "/page/../page/main.js",
        "/page/%2e%2e/build.properties",
        "/page/..%2f..%2f..%2flogback.xml",
        "/page/main.js%00",
        "/build.properties",
        "/index.html",
        "/META-INF/MANIFEST.MF",
        "/../../../../etc/passwd"
      })
  void nothingElseIsServed(String path) throws IOException {
    // Not by a client that tidies paths up.
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 404").endsWith("not found\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/page/main.js", "/api/v1/live", "/api/v1/events", "/api/v1/targets/top"})
  void headHasNoBodyAndOtherMethodsAreRefused(String path) {
    HttpResponse<String> head =
        send(request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(header(head, "Content-Type")).isNotEmpty();
    HttpResponse<String> post =
        send(request(path).POST(HttpRequest.BodyPublishers.ofString("x")).build());
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(header(post, "Allow")).isEqualTo("GET, HEAD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page/main.js", "/api/v1/live", "/api/v1/events"})
  void pagesOfOtherNamesReadNothing(String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 421");
    }
  }

  /** The events of a response, an event each. */
  private static final class Events implements AutoCloseable {
    private final BufferedReader lines;

    Events(InputStream body) {
      lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    @Nullable JsonNode next() throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          return JSON.readTree(line.substring("data: ".length()));
        }
      }
      return null;
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  private HttpResponse<InputStream> listen() throws Exception {
    return client.send(request("/api/v1/events").build(), BodyHandlers.ofInputStream());
  }

  private static JsonNode some(@Nullable JsonNode event) {
    if (event == null) {
      throw new AssertionError("no event");
    }
    return event;
  }

  @Test
  void eventsTellTheCountersOncePerSecond() throws Exception {
    HttpResponse<InputStream> response = listen();
    assertThat(header(response, "Content-Type")).isEqualTo("text/event-stream");
    assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
    try (Events events = new Events(response.body())) {
      JsonNode first = some(events.next());
      engine.sendOne();
      JsonNode second = some(events.next());
      assertThat(second.at("/seconds").asDouble() - first.at("/seconds").asDouble())
          .isBetween(0.4, 20.0);
      assertThat(first.at("/total/datagrams").asLong()).isZero();
      assertThat(second.at("/total/datagrams").asLong()).isEqualTo(1);
      assertThat(second.at("/control").toString()).isEqualTo("{\"on\":true,\"token\":false}");
      get("/api/v1/targets/top"); // from now on they are looked at
      some(events.next());
      some(events.next());
      JsonNode window = JSON.readTree(get("/api/v1/targets/top?order=fastest").body());
      assertThat(window.at("/targets/0/target").asText()).isEqualTo("127.0.0.1:5004");
      assertThat(window.at("/targets/0/now/datagrams_per_second").isNumber()).isTrue();
    }
  }

  @Test
  void liveIsTheSameOnce() throws Exception {
    engine.sendOne();
    JsonNode live = JSON.readTree(get("/api/v1/live").body());
    assertThat(live.at("/streams/0/datagrams").asLong()).isEqualTo(1);
    assertThat(live.at("/rings/0/requests").asLong()).isEqualTo(2);
    server.close();
    server = start(false, Path.of("/nonexistent"));
    assertThat(JSON.readTree(get("/api/v1/live").body()).at("/control").toString())
        .isEqualTo("{\"on\":false,\"token\":true}");
  }

  @Test
  void moreListenersThanThereIsRoomForAreRefused() throws Exception {
    List<HttpResponse<InputStream>> listeners = new ArrayList<>();
    for (int listener = 0; listener < EventFeed.MOST_LISTENERS; listener++) {
      listeners.add(listen());
    }
    HttpResponse<String> refused = get("/api/v1/events");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(header(refused, "Retry-After")).isEqualTo("5");
    for (HttpResponse<InputStream> listener : listeners) {
      listener.body().close();
    }
    // They are missed when the next events find nobody.
    int status;
    do {
      HttpResponse<InputStream> again = listen();
      status = again.statusCode();
      again.body().close();
    } while (status != 200);
  }

  @Test
  void theServersEndEndsTheEvents() throws Exception {
    try (Events events = new Events(listen().body())) {
      some(events.next());
      server.close();
      try {
        while (events.next() != null) {
          // what was under way
        }
      } catch (IOException cut) {
        // also an end
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "order=random, order",
    "limit=0, limit",
    "limit=101, limit",
    "limit=x, limit",
    "offset=-1, offset",
    "offset=99999999999, offset",
    "filter=%, ''"
  })
  void badQueriesAreRefusedWithWhatIsAllowed(String query, String names) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET /api/v1/targets/top?"
                      + query
                      + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 400")
          .contains(names);
    }
  }

  @Test
  void longFiltersAreRefused() {
    assertThat(get("/api/v1/targets/top?filter=" + "x".repeat(101)).statusCode()).isEqualTo(400);
    assertThat(get("/api/v1/targets/top?filter=" + "x".repeat(100)).statusCode()).isEqualTo(200);
  }
}
