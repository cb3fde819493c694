package io.millrace.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.metrics.DaemonMetrics;
import io.millrace.metrics.EngineViews;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every endpoint over real HTTP, with an engine that isn't there. */
@Timeout(60)
final class AdminServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final EngineViews engine = new EngineViews();
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private final List<String> troubles = new CopyOnWriteArrayList<>();
  private final RecordingControl control = new RecordingControl();
  private final DaemonMetrics metrics = new DaemonMetrics(engine.view());
  private final HttpClient client = HttpClient.newHttpClient();
  private AdminServer server = start();

  private AdminServer start() {
    try {
      return AdminServer.bind(ANY_PORT, null)
          .serve(metrics, ready::get, () -> troubles, api(true, null));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private ApiHandler api(boolean changes, @Nullable Path tokenFile) {
    AccessRules access = new AccessRules("127.0.0.1", changes, tokenFile);
    return new ApiHandler(
        new StatusReport(engine.view()), new LiveFeed(engine.view(), access), control, access);
  }

  @BeforeEach
  void listensOnARealPort() {
    assertThat(server.address().getPort()).isPositive();
  }

  @AfterEach
  void close() {
    server.close();
    metrics.close();
    client.close();
  }

  private HttpResponse<String> request(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + path))
            .timeout(Duration.ofSeconds(20))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  private HttpResponse<String> get(String path) {
    return request("GET", path, "");
  }

  private HttpResponse<String> post(String path, String body) {
    return request("POST", path, body);
  }

  private static JsonNode json(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    try {
      return JSON.readTree(response.body());
    } catch (IOException failure) {
      throw new AssertionError(response.body(), failure);
    }
  }

  @Test
  void metricsArePrometheusText() {
    HttpResponse<String> response = get("/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
    assertThat(response.body()).contains("millrace_ring_requests_total{").contains("jvm_");
  }

  @Test
  void metricsAreOpenMetricsForWhoAcceptsThem() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + "/metrics"))
            .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text");
    assertThat(response.body()).endsWith("# EOF\n");
  }

  @Test
  void healthyWhileItLives() {
    ready.set(false);
    assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
  }

  @Test
  void notHealthyWithTheReason() {
    troubles.add("ring 3: its thread has not gone round for 10 s");
    HttpResponse<String> response = get("/-/healthy");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).isEqualTo("ring 3: its thread has not gone round for 10 s\n");
    troubles.clear();
    assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
  }

  @Test
  void readyWhileTheRingsRun() {
    assertThat(get("/-/ready").statusCode()).isEqualTo(200);
    ready.set(false);
    assertThat(get("/-/ready").statusCode()).isEqualTo(503);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/metrics/more",
        "/metricsandmore",
        "/-/healthy/x",
        "/-/ready/",
        "/-/",
        "/api",
        "/api/v2/status",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/status/more",
        "/api/v1/streams/news",
        "/api/v1/streams/news/explode"
      })
  void unknownPathsAreNotFound(String path) {
    assertThat(get(path).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /metrics, 'GET, HEAD'",
    "DELETE, /-/healthy, 'GET, HEAD'",
    "PUT, /-/ready, 'GET, HEAD'",
    "POST, /api/v1/status, 'GET, HEAD'",
    "POST, /api/v1/streams, 'GET, HEAD'",
    "POST, /api/v1/targets, 'GET, HEAD'",
    "GET, /-/reload, POST",
    "GET, /api/v1/streams/news/pause, POST",
    "DELETE, /api/v1/streams/news/targets/remove, POST",
    "PUT, /api/v1/streams/news/rate, POST"
  })
  void otherMethodsAreRefusedWithTheAllowedOnes(String method, String path, String allowed) {
    HttpResponse<String> response = request(method, path, "");
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).hasValue(allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/metrics", "/-/healthy", "/-/ready", "/api/v1/status", "/api/v1/rings"})
  void headHasNoBody(String path) {
    HttpResponse<String> response = request("HEAD", path, "");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValue("Content-Type")).isPresent();
  }

  @Test
  void statusRingsAndStreamsAreJson() {
    engine.sendOne();
    JsonNode status = json(get("/api/v1/status"));
    assertThat(status.at("/rings/0/requests").asLong()).isEqualTo(2);
    assertThat(json(get("/api/v1/rings"))).isEqualTo(status.get("rings"));
    assertThat(json(get("/api/v1/streams"))).isEqualTo(status.get("streams"));
    JsonNode targets = json(get("/api/v1/targets"));
    assertThat(targets.size()).isEqualTo(3);
    assertThat(targets.at("/0/stream").asText()).isEqualTo("news");
    assertThat(targets.at("/0/target")).isEqualTo(status.at("/streams/0/targets/0/target"));
    assertThat(targets.at("/2/stream").asText()).isEqualTo("weather");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume"})
  void streamsTakeCommands(String verb) {
    HttpResponse<String> response = post("/api/v1/streams/news/" + verb, "");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).get("done").asText()).isEqualTo(verb);
    assertThat(json(response).get("stream").asText()).isEqualTo("news");
  }

  @Test
  void rateIsTheBodysText() {
    assertThat(post("/api/v1/streams/news/rate", " 50 Mbit/s\n").statusCode()).isEqualTo(200);
    assertThat(control.calls).containsExactly("rate news 50 Mbit/s");
  }

  @Test
  void targetsAreTheBodysText() {
    assertThat(post("/api/v1/streams/news/targets/add", "192.0.2.1:5").statusCode()).isEqualTo(200);
    assertThat(post("/api/v1/streams/news/targets/remove", "[::1]:6\n").statusCode())
        .isEqualTo(200);
    assertThat(control.calls).containsExactly("add news 192.0.2.1:5", "remove news [::1]:6");
  }

  @Test
  void namesMayBeEncoded() {
    assertThat(post(AdminClient.streamPath("a b", "pause"), "").statusCode()).isEqualTo(200);
    assertThat(control.calls).containsExactly("pause a b");
  }

  @ParameterizedTest
  @CsvSource({"BAD_REQUEST, 400", "NO_SUCH_STREAM, 404", "FAILED, 500", "BUSY, 503"})
  void whatIsNotDoneIsAnErrorWithItsReason(ControlResult.Kind kind, int status) {
    control.result = ControlResult.of(kind, "because");
    for (String verb : new String[] {"pause", "resume", "rate", "targets/add", "targets/remove"}) {
      HttpResponse<String> response = post("/api/v1/streams/news/" + verb, "x");
      assertThat(response.statusCode()).as(verb).isEqualTo(status);
      assertThat(json(response).get("error").asText()).isEqualTo("because");
    }
  }

  @Test
  void reloadAnswersWhatWasDone() {
    control.result =
        new ControlResult(
            ControlResult.Kind.DONE,
            "1 added",
            Map.of("added", List.of("a"), "removed", List.of()));
    JsonNode answer = json(post("/-/reload", ""));
    assertThat(answer.toString())
        .isEqualTo(
            "{\"done\":\"reload\",\"message\":\"1 added\",\"added\":[\"a\"],\"removed\":[]}");
    assertThat(control.calls).containsExactly("reload");
  }

  @Test
  void refusedReloadAnswersEveryProblem() {
    control.result =
        new ControlResult(
            ControlResult.Kind.REFUSED, "errors", Map.of("problems", List.of("one", "two")));
    HttpResponse<String> response = post("/-/reload", "");
    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(json(response).toString())
        .isEqualTo("{\"error\":\"errors\",\"problems\":[\"one\",\"two\"]}");
  }

  @Test
  void longBodiesAreNotTaken() {
    HttpResponse<String> response = post("/api/v1/streams/news/rate", "x".repeat(1025));
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(post("/-/reload", "x".repeat(1_000_000)).statusCode()).isEqualTo(413);
    assertThat(control.calls).isEmpty();
  }

  private void restart(ApiHandler api) throws IOException {
    InetSocketAddress address = server.address();
    server.close();
    server = AdminServer.bind(address, null).serve(metrics, ready::get, () -> troubles, api);
  }

  @Test
  void readOnlyByDefault() throws IOException {
    restart(api(false, null));
    for (String path : new String[] {"/-/reload", "/api/v1/streams/news/pause"}) {
      HttpResponse<String> response = post(path, "");
      assertThat(response.statusCode()).isEqualTo(403);
      assertThat(json(response).get("error").asText()).contains("admin.control = true");
    }
    assertThat(get("/api/v1/status").statusCode()).isEqualTo(200);
    assertThat(control.calls).isEmpty();
  }

  @Test
  void changesNeedTheTokenThatTheFileHasNow(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "first\n");
    restart(api(true, file));
    assertThat(raw("POST /-/reload HTTP/1.1", "Host: localhost")).startsWith("HTTP/1.1 401");
    assertThat(authorized("Bearer wrong")).startsWith("HTTP/1.1 401");
    assertThat(authorized("Basic first")).startsWith("HTTP/1.1 401");
    assertThat(control.calls).isEmpty();
    assertThat(authorized("Bearer first")).startsWith("HTTP/1.1 200");
    Files.writeString(file, "second");
    assertThat(authorized("Bearer first")).startsWith("HTTP/1.1 401");
    assertThat(authorized("Bearer second")).startsWith("HTTP/1.1 200");
    Files.delete(file);
    assertThat(authorized("Bearer second")).startsWith("HTTP/1.1 403");
    assertThat(get("/api/v1/status").statusCode()).as("reading needs none").isEqualTo(200);
  }

  private String authorized(String authorization) throws IOException {
    return raw("POST /-/reload HTTP/1.1", "Host: localhost", "Authorization: " + authorization);
  }

  /** What the server answers to these lines; Java's own client doesn't let Host be set. */
  private String raw(String... lines) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      String request = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9464, 200",
    "localhost, 200",
    "LOCALHOST:1, 200",
    "[::1]:9464, 200",
    "192.0.2.1, 200",
    "evil.example, 421",
    "evil.example:9464, 421",
    "localhost.evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "127.1, 200",
    "[evil.example], 421",
    "'', 421"
  })
  void namesThatAreNotOursAreNotServed(String host, int status) throws IOException {
    for (String line : new String[] {"POST /-/reload", "GET /api/v1/status", "GET /metrics"}) {
      assertThat(raw(line + " HTTP/1.1", "Host: " + host, "Content-Length: 0"))
          .as(line)
          .startsWith("HTTP/1.1 " + status);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Origin: http://evil.example, 403",
    "Origin: null, 403",
    "Origin: http://localhost:1, 403",
    "Origin: http://localhost:9464, 200",
    "Content-Type: application/x-www-form-urlencoded, 415",
    "Content-Type: Multipart/Form-Data; boundary=x, 415",
    "Content-Type: text/plain, 200"
  })
  void pagesOfOtherSitesChangeNothing(String header, int status) throws IOException {
    for (String path : new String[] {"/-/reload", "/api/v1/streams/news/pause"}) {
      assertThat(raw("POST " + path + " HTTP/1.1", "Host: localhost:9464", header))
          .as(path)
          .startsWith("HTTP/1.1 " + status);
    }
    assertThat(control.calls).hasSize(status == 200 ? 2 : 0);
  }

  @Test
  void twoHostsAndAnOriginWithoutOneChangeNothing() throws IOException {
    assertThat(raw("POST /-/reload HTTP/1.1", "Host: localhost", "Host: evil.example"))
        .startsWith("HTTP/1.1 421");
    assertThat(raw("POST /-/reload HTTP/1.0", "Origin: http://null")).startsWith("HTTP/1.1 403");
    assertThat(control.calls).isEmpty();
    assertThat(raw("POST /-/reload HTTP/1.0")).startsWith("HTTP/1.1 200");
  }

  @Test
  void clientsThatStallDoNotKeepOthersOut() throws Exception {
    Socket[] stalled = new Socket[8];
    try {
      for (int client = 0; client < stalled.length; client++) {
        stalled[client] = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        stalled[client].getOutputStream().write("GET /metr".getBytes(StandardCharsets.UTF_8));
      }
      assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : stalled) {
        if (socket != null) {
          socket.close();
        }
      }
    }
  }

  @Test
  void portIsFreeOnceItIsClosed() throws IOException {
    get("/metrics"); // leaves a connection that the server closes first
    InetSocketAddress address = server.address();
    server.close();
    server =
        AdminServer.bind(address, null).serve(metrics, ready::get, () -> troubles, api(true, null));
    assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
  }
}
