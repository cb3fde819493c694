package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A page of {@link Chromium}, over its DevTools protocol: what it runs, what it asks for, what it
 * complains about. Owned by one thread.
 */
public final class BrowserPage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long POLL_NS = 100_000_000;

  private final Messages messages = new Messages();
  private final WebSocket socket;
  private int lastId;

  private BrowserPage(HttpClient client, URI uri) {
    socket = get(client.newWebSocketBuilder().buildAsync(uri, messages), "the connection");
  }

  /** What comes from the browser; called by the client's threads, one at a time. */
  private static final class Messages implements WebSocket.Listener {
    final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> complaints = new CopyOnWriteArrayList<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        take(Json.parse(text.toString()));
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    private void take(JsonNode message) {
      JsonNode parameters = message.path("params");
      switch (message.path("method").asText()) {
        case "" -> {
          CompletableFuture<JsonNode> answer = answers.remove(message.path("id").intValue());
          if (answer != null) {
            answer.complete(message);
          }
        }
        case "Network.requestWillBeSent" ->
            requests.add(parameters.path("request").path("url").asText());
        case "Network.webSocketCreated" -> requests.add(parameters.path("url").asText());
        case "Runtime.exceptionThrown" ->
            complaints.add(parameters.path("exceptionDetails").toString());
        case "Log.entryAdded" -> {
          JsonNode entry = parameters.path("entry");
          complaints.add(entry.path("text").asText() + " " + entry.path("url").asText());
        }
        default -> {
          // Nothing that is looked at.
        }
      }
    }
  }

  static BrowserPage connect(HttpClient client, URI uri) {
    BrowserPage page = new BrowserPage(client, uri);
    for (String part : List.of("Network", "Runtime", "Log", "Page", "Accessibility")) {
      page.command(part + ".enable", Json.object());
    }
    page.command("Performance.enable", Json.object().put("timeDomain", "threadTicks"));
    return page;
  }

  private static <T> T get(CompletableFuture<T> future, String what) {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new HarnessException("chromium: " + what + ": " + failure, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  /**
   * Carries out a command of the protocol.
   *
   * @throws HarnessException if it is refused
   */
  public JsonNode command(String method, ObjectNode parameters) {
    int id = ++lastId;
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    messages.answers.put(id, answer);
    ObjectNode message = Json.object().put("id", id).put("method", method);
    message.set("params", parameters);
    get(socket.sendText(message.toString(), true), method);
    JsonNode received = get(answer, method);
    if (received.has("error")) {
      throw new HarnessException("chromium: " + method + ": " + received.path("error"));
    }
    return received.path("result");
  }

  public void go(String url) {
    command("Page.navigate", Json.object().put("url", url));
  }

  /**
   * The value of an expression, a promise's when it has one.
   *
   * @throws HarnessException if it throws
   */
  public JsonNode evaluate(String expression) {
    JsonNode result =
        command(
            "Runtime.evaluate",
            Json.object()
                .put("expression", expression)
                .put("returnByValue", true)
                .put("awaitPromise", true)
                .put("userGesture", true));
    if (result.has("exceptionDetails")) {
      throw new HarnessException(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /**
   * Waits until an expression is true.
   *
   * @throws HarnessException if it isn't in time
   */
  public void await(String expression, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!evaluate("Boolean(" + expression + ")").booleanValue()) {
      if (System.nanoTime() - deadline > 0) {
        throw new HarnessException(
            "the page never comes to: %s; it complains: %s"
                .formatted(expression, messages.complaints));
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Writes into what has the focus, as a keyboard does. */
  public void type(String text) {
    command("Input.insertText", Json.object().put("text", text));
  }

  /** Presses a key that writes nothing: Enter, Escape, Tab. */
  public void press(String key, int code) {
    for (String type : List.of("rawKeyDown", "char", "keyUp")) {
      ObjectNode event =
          Json.object().put("type", type).put("key", key).put("windowsVirtualKeyCode", code);
      if (type.equals("char") && key.equals("Enter")) {
        event.put("text", "\r");
      } else if (type.equals("char")) {
        continue;
      }
      command("Input.dispatchKeyEvent", event);
    }
  }

  /** A window of this many CSS pixels. */
  public void resize(int width, int height, boolean mobile) {
    command(
        "Emulation.setDeviceMetricsOverride",
        Json.object()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", mobile));
  }

  /** What the system would prefer: light or dark. */
  public void prefer(String scheme) {
    ObjectNode parameters = Json.object();
    parameters
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", scheme);
    command("Emulation.setEmulatedMedia", parameters);
  }

  /** A figure of Performance.getMetrics; times are seconds of CPU time of the main thread. */
  public double metric(String name) {
    for (JsonNode metric : command("Performance.getMetrics", Json.object()).path("metrics")) {
      if (metric.path("name").asText().equals(name)) {
        return metric.path("value").doubleValue();
      }
    }
    throw new HarnessException("chromium has no metric " + name);
  }

  /** Writes a PNG of what is in the window. */
  public void screenshot(Path file) {
    String data =
        command("Page.captureScreenshot", Json.object().put("format", "png")).path("data").asText();
    try {
      Files.write(file, Base64.getDecoder().decode(data));
    } catch (IOException failure) {
      throw new HarnessException("can't write " + file + ": " + failure, failure);
    }
  }

  /** The address of everything that it has asked for. */
  public List<String> requests() {
    return List.copyOf(messages.requests);
  }

  /** What it has said in its console: exceptions, refused resources, what the policy forbids. */
  public List<String> complaints() {
    return new ArrayList<>(messages.complaints);
  }

  @Override
  public void close() {
    socket.abort();
  }
}
