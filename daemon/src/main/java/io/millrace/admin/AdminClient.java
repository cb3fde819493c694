package io.millrace.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * Talks to the admin server of a daemon. One thread.
 *
 * <p>HttpURLConnection, because java.net.http costs a command that makes one request 0.8 s instead
 * of 0.07 s to its first refused connection, and the run-time image another module.
 */
public final class AdminClient {
  private static final int TIMEOUT_MS = 5000;
  private static final int FIRST_FAILURE = 400;

  /** A change waits for what it needs, a name that is looked up for example. */
  private static final int CHANGE_TIMEOUT_MS = 70_000;

  private final String authority;
  private final @Nullable String token;
  private final @Nullable ClientTls tls;

  /**
   * A client; nothing is sent yet.
   *
   * @param authority host:port, an IPv6 address in brackets
   */
  public AdminClient(String authority) {
    this(authority, null);
  }

  /**
   * A client; nothing is sent yet.
   *
   * @param authority host:port, an IPv6 address in brackets
   * @param token what the daemon's admin.token-file holds, or null
   */
  public AdminClient(String authority, @Nullable String token) {
    this(authority, token, null);
  }

  /**
   * A client; nothing is sent yet.
   *
   * @param authority host:port, an IPv6 address in brackets
   * @param token what the daemon's admin.token-file holds, or null
   * @param tls what is trusted; null: plain HTTP
   */
  public AdminClient(String authority, @Nullable String token, @Nullable ClientTls tls) {
    this.authority = authority;
    this.token = token;
    this.tls = tls;
  }

  /** What the server said. */
  public record Answer(int status, String body) {
    public boolean isSuccess() {
      return status < FIRST_FAILURE;
    }
  }

  /**
   * Reads a resource.
   *
   * @param path absolute and encoded
   * @throws IOException if the daemon isn't reached, or what is there speaks no HTTP
   */
  public Answer get(String path) throws IOException {
    return exchange("GET", path, null);
  }

  /**
   * Asks for a change.
   *
   * @param path absolute and encoded
   * @throws IOException if the daemon isn't reached, or what is there speaks no HTTP
   */
  public Answer post(String path, String body) throws IOException {
    return exchange("POST", path, body);
  }

  /** The path of a verb of a stream, whatever characters the name has. */
  public static String streamPath(String name, String verb) {
    String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    return ApiHandler.PREFIX + "streams/" + encoded + "/" + verb;
  }

  private Answer exchange(String method, String path, @Nullable String body) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create((tls == null ? "http://" : "https://") + authority + path)
                .toURL()
                .openConnection(Proxy.NO_PROXY);
    try {
      if (tls != null) {
        tls.prepare((HttpsURLConnection) connection);
      }
      connection.setConnectTimeout(TIMEOUT_MS);
      connection.setReadTimeout(body == null ? TIMEOUT_MS : CHANGE_TIMEOUT_MS);
      connection.setRequestMethod(method);
      if (body != null) {
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "text/plain; charset=utf-8");
        if (token != null) {
          connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
      }
      int status = connection.getResponseCode();
      if (status < 0) {
        throw new IOException("no HTTP server");
      }
      // The one stream is there for success, the other for failure; neither for an answer without a
      // body.
      try (InputStream answer =
          status < FIRST_FAILURE ? connection.getInputStream() : connection.getErrorStream()) {
        return new Answer(
            status,
            answer == null ? "" : new String(answer.readAllBytes(), StandardCharsets.UTF_8));
      }
    } finally {
      connection.disconnect();
    }
  }
}
