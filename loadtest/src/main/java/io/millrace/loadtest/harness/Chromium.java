package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Debian's Chromium without a window, told what to do by its own DevTools protocol: that needs no
 * driver and no library. Owned by one thread.
 */
public final class Chromium implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/chromium");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern LISTENING =
      Pattern.compile("DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)/.*");

  private final ManagedProcess process;
  private final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  private Chromium(ManagedProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Why there is none on this machine, or null if there is. */
  public static @Nullable String missing() {
    return Files.isExecutable(PROGRAM)
        ? null
        : "no chromium here (apt-get install chromium; loadtest/bench --install does it)";
  }

  /**
   * Starts one with an empty profile in the lab's folder.
   *
   * @throws HarnessException if it can't be started
   */
  public static Chromium start(Lab lab) {
    ManagedProcess process =
        ManagedProcess.start(
            "chromium",
            List.of(
                PROGRAM.toString(),
                "--headless=new",
                "--no-sandbox", // as root it starts with none
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                // What it would ask its maker for by itself.
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
                "--user-data-dir=" + lab.folder().resolve("chromium"),
                "about:blank"));
    lab.keep(process);
    String line =
        process.awaitLines(each -> LISTENING.matcher(each).matches(), 1, PATIENCE).getFirst();
    Matcher matcher = LISTENING.matcher(line);
    if (!matcher.matches()) {
      throw new HarnessException("chromium says " + line);
    }
    return new Chromium(process, Integer.parseInt(matcher.group(1)));
  }

  /** Opens an empty page. */
  public BrowserPage open() {
    URI uri = URI.create("http://127.0.0.1:" + port + "/json/new?about:blank");
    try {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(uri)
                  .timeout(PATIENCE)
                  .PUT(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      JsonNode target = Json.parse(response.body());
      return BrowserPage.connect(client, URI.create(target.path("webSocketDebuggerUrl").asText()));
    } catch (IOException failure) {
      throw new HarnessException("chromium: " + failure, failure);
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
