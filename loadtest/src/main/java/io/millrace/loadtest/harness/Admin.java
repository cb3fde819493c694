package io.millrace.loadtest.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** A daemon's admin server on this machine. Owned by one thread. */
public final class Admin {
  private static final Duration START_PATIENCE = Duration.ofMinutes(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of /proc/net/udp; the heading has words in its place. */
  private static final int INODE_COLUMN = 9;

  private final int port;

  private Admin(int port) {
    this.port = port;
  }

  /** A port of 127.0.0.1 that nobody listens on. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new HarnessException("no free port: " + failure, failure);
    }
  }

  /**
   * Waits until a daemon runs.
   *
   * @throws HarnessException if it ends, or doesn't in two minutes
   */
  public static Admin await(ManagedProcess daemon, int port) {
    daemon.awaitLines(line -> line.contains("running: "), 1, START_PATIENCE);
    return new Admin(port);
  }

  /**
   * Asks for a change, and returns the answer.
   *
   * @throws HarnessException if it isn't done
   */
  public String post(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new HarnessException(
            path + " answers " + response.statusCode() + ": " + response.body());
      }
      return response.body();
    } catch (IOException failure) {
      throw new HarnessException(path + ": " + failure, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  /**
   * What a daemon in a network namespace answers, on its loopback.
   *
   * @param filter a shell command that reads the answer, headers and all, and prints what is wanted
   * @throws HarnessException if it doesn't answer
   */
  public static String get(String namespace, int port, String path, String filter) {
    String request = "printf 'GET %s HTTP/1.0\\r\\n\\r\\n' >&3".formatted(path);
    String command = "exec 3<>/dev/tcp/127.0.0.1/%d; %s; %s <&3".formatted(port, request, filter);
    return Namespaces.ask(namespace, "bash", "-c", command);
  }

  /** UDP sockets that a process of this user and network has open. */
  public static int udpSockets(long pid) {
    int count = 0;
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      Set<String> udp = new HashSet<>();
      for (String line : Files.readAllLines(Path.of("/proc/self/net/udp"))) {
        udp.add("socket:[" + line.strip().split("\\s+", -1)[INODE_COLUMN] + "]");
      }
      for (Path file : files.toList()) {
        try {
          count += udp.contains(Files.readSymbolicLink(file).toString()) ? 1 : 0;
        } catch (IOException closed) {
          // Between the listing and the look.
        }
      }
    } catch (IOException gone) {
      throw new HarnessException("/proc/" + pid + "/fd: " + gone, gone);
    }
    return count;
  }
}
