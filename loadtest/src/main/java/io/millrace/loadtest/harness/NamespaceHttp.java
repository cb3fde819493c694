package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks an admin server on the loopback of a network namespace, by bash, as a JVM can't go there.
 * Any thread.
 */
public final class NamespaceHttp {
  private static final String SCRIPT =
      "exec 3<>/dev/tcp/127.0.0.1/$0 && printf %s \"${1:0:4}\" >&3 && sleep \"$2\""
          + " && printf %s \"${1:4}\" >&3 && exec cat <&3";

  private static final double AT_ONCE = 0;

  /** Longer than the daemon takes for any change. */
  private static final String PATIENCE_SECONDS = "65";

  private final String namespace;
  private final int port;

  public NamespaceHttp(String namespace, int port) {
    this.namespace = namespace;
    this.port = port;
  }

  /** What was answered. */
  public record Answer(int status, String body) {
    public boolean isOk() {
      return status == 200;
    }

    public JsonNode json() {
      return Json.parse(body);
    }
  }

  /**
   * Asks.
   *
   * @throws HarnessException if nobody answers, or what isn't HTTP
   */
  public Answer get(String path) {
    return ask("GET %s HTTP/1.0\r\n\r\n".formatted(path));
  }

  /** Asks with a request that comes in two parts, some seconds apart. */
  public Answer getSlowly(String path, double seconds) {
    return ask("GET %s HTTP/1.0\r\n\r\n".formatted(path), seconds);
  }

  /** Asks for a change; the body may be empty. */
  public Answer post(String path, String body) {
    return ask(request(path, body));
  }

  /** Asks for a change without waiting for the answer; the caller closes what does so. */
  public ManagedProcess postAndGo(String path) {
    return ManagedProcess.start("bash", command(request(path, ""), AT_ONCE));
  }

  private static String request(String path, String body) {
    return "POST %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s".formatted(path, body.length(), body);
  }

  private List<String> command(String request, double delaySeconds) {
    List<String> command = new ArrayList<>(Namespaces.prefix(namespace));
    command.addAll(List.of("bash", "-c", SCRIPT, String.valueOf(port), request, "" + delaySeconds));
    return command;
  }

  private Answer ask(String request) {
    return ask(request, AT_ONCE);
  }

  private Answer ask(String request, double delaySeconds) {
    String text = run(request, delaySeconds);
    int body = text.indexOf("\r\n\r\n");
    String[] status = text.lines().findFirst().orElse("").split(" ", 3);
    if (body < 0 || status.length < 2 || !status[0].startsWith("HTTP/")) {
      throw new HarnessException("not an answer to " + request.strip() + ": " + text);
    }
    return new Answer(Integer.parseInt(status[1]), text.substring(body + 4));
  }

  /** All of what comes, which may be more lines than a {@link ManagedProcess} keeps. */
  private String run(String request, double delaySeconds) {
    List<String> command = new ArrayList<>(List.of("timeout", PATIENCE_SECONDS));
    command.addAll(command(request, delaySeconds));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (InputStream output = process.getInputStream()) {
        String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) {
          throw new HarnessException(request.strip() + ": exit " + exit + ": " + text);
        }
        return text;
      }
    } catch (IOException failure) {
      throw new HarnessException(request.strip() + ": " + failure, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }
}
