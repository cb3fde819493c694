package io.millrace.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.config.Rates;
import io.millrace.metrics.DaemonMetrics;
import io.millrace.metrics.EngineViews;
import io.millrace.metrics.StatusReport;
import io.millrace.sender.FullQueueProxy;
import io.millrace.shim.NativeKernel;
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
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every endpoint over real HTTP, with an engine that isn't there. */
@Timeout(60)
final class AdminServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int COMMANDS = 4;
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final EngineViews engine = new EngineViews();
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private final AtomicReference<String> rate = new AtomicReference<>("");
  private final FullQueueProxy queue = new FullQueueProxy(NativeKernel.load(), COMMANDS);
  private final DaemonMetrics metrics = new DaemonMetrics(engine.view());
  private final HttpClient client = HttpClient.newHttpClient();
  private AdminServer server = start();

  private AdminServer start() {
    StreamControl news = new StreamControl(queue.proxy(), 0, false);
    ApiHandler.RateChange change =
        (stream, text) -> {
          Rates.parse(text);
          rate.set(text);
          return stream.proxy().resume(stream.index());
        };
    ApiHandler api =
        new ApiHandler(new StatusReport(engine.view()), Map.of("news", news, "a b", news), change);
    try {
      return AdminServer.start(ANY_PORT, metrics, ready::get, api);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @BeforeEach
  void listensOnARealPort() {
    assertThat(server.address().getPort()).isPositive();
  }

  @AfterEach
  void close() {
    server.close();
    metrics.close();
    queue.close();
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
    "GET, /api/v1/streams/news/pause, POST",
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
    assertThat(rate).hasValue("50 Mbit/s");
  }

  @Test
  void namesMayBeEncoded() {
    assertThat(post(AdminClient.streamPath("a b", "pause"), "").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "50", "-1 Mbit/s", ""})
  void badRateIsRefusedWithWhatIsAllowed(String text) {
    HttpResponse<String> response = post("/api/v1/streams/news/rate", text);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).get("error").asText()).contains("unlimited");
  }

  @Test
  void bodiesAreReadOnlySoFar() {
    assertThat(post("/api/v1/streams/news/rate", "x".repeat(1_000_000)).statusCode())
        .isEqualTo(400);
  }

  @Test
  void unknownStreamIsNotFound() {
    HttpResponse<String> response = post("/api/v1/streams/nobody/pause", "");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).get("error").asText()).isEqualTo("no such stream: nobody");
  }

  @Test
  void fullCommandQueueSaysTryAgain() {
    for (int command = 0; command < COMMANDS; command++) {
      assertThat(post("/api/v1/streams/news/pause", "").statusCode()).isEqualTo(200);
    }
    for (String verb : new String[] {"pause", "resume", "rate"}) {
      HttpResponse<String> response =
          post("/api/v1/streams/news/" + verb, verb.equals("rate") ? "unlimited" : "");
      assertThat(response.statusCode()).as(verb).isEqualTo(503);
      assertThat(json(response).get("error").asText()).contains("try again");
    }
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
        AdminServer.start(
            address,
            metrics,
            ready::get,
            new ApiHandler(new StatusReport(engine.view()), Map.of(), (stream, text) -> true));
    assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
  }
}
