package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A Prometheus of our own on loopback, scraping one daemon once a second. Owned by one thread. */
public final class PrometheusServer implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long POLL_NS = 200_000_000;

  private final ManagedProcess process;
  private final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  private PrometheusServer(ManagedProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Why there is none on this machine, or null if there is. */
  public static @Nullable String missing() {
    for (String command : List.of("prometheus", "promtool")) {
      if (!Files.isExecutable(Path.of("/usr/bin", command))) {
        return "no "
            + command
            + " here (apt-get install prometheus; loadtest/bench --install does it)";
      }
    }
    return null;
  }

  /**
   * Starts one.
   *
   * @param daemon the port of the daemon's admin server
   * @param rules the folder with millrace.rules.yml
   */
  public static PrometheusServer start(Lab lab, int daemon, Path rules) {
    int port = Admin.freePort();
    Path configuration = lab.folder().resolve("prometheus.yml");
    try {
      Files.writeString(
          configuration,
          """
          global: { scrape_interval: 1s, evaluation_interval: 1s }
          rule_files: [ "%s" ]
          scrape_configs:
            - job_name: millrace
              static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
          """
              .formatted(rules.resolve("millrace.rules.yml"), daemon));
    } catch (IOException failure) {
      throw new HarnessException("can't write " + configuration + ": " + failure, failure);
    }
    ManagedProcess process =
        ManagedProcess.start(
            "prometheus",
            List.of(
                "prometheus",
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + lab.folder().resolve("prometheus-data"),
                "--web.listen-address=127.0.0.1:" + port));
    PrometheusServer server = new PrometheusServer(lab.keep(process), port);
    process.awaitLines(line -> line.contains("ready to receive web requests"), 1, READY);
    return server;
  }

  /**
   * Waits until a query finds something.
   *
   * @throws HarnessException if it doesn't in time
   */
  public void await(String query, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!finds(query)) {
      if (System.nanoTime() - deadline > 0) {
        throw new HarnessException("Prometheus finds nothing: " + query + ": " + process.tail(3));
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Whether a query finds anything now. */
  public boolean finds(String query) {
    return !ask(query).isEmpty();
  }

  /**
   * The value of the only sample that a query finds.
   *
   * @throws HarnessException if it finds none
   */
  public double value(String query) {
    JsonNode result = ask(query);
    if (result.isEmpty()) {
      throw new HarnessException("Prometheus finds nothing: " + query);
    }
    return Double.parseDouble(result.get(0).path("value").path(1).asText());
  }

  private JsonNode ask(String query) {
    URI uri =
        URI.create(
            "http://127.0.0.1:%d/api/v1/query?query=%s"
                .formatted(port, URLEncoder.encode(query, StandardCharsets.UTF_8)));
    try {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new HarnessException("Prometheus refuses " + query + ": " + response.body());
      }
      return Json.parse(response.body()).path("data").path("result");
    } catch (IOException failure) {
      throw new HarnessException("Prometheus: " + failure, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  @Override
  public void close() {
    client.close();
    process.close();
  }
}
