package io.millrace.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may ask for what. Any thread.
 *
 * <p>A browser on this machine, or on one that reaches the address, runs scripts of pages from
 * anywhere. Such a page can post a form here without reading the answer (cross-site), and after its
 * own name's address was changed to this one's (DNS rebinding) do anything that the address alone
 * protects. The first brings an Origin that isn't ours or a form's Content-Type, the second a Host
 * that is a name: neither is let through.
 */
public final class AccessRules {
  private static final Logger LOG = LoggerFactory.getLogger(AccessRules.class);

  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int UNSUPPORTED_MEDIA = 415;
  private static final int MISDIRECTED = 421;

  private static final Pattern HOST = Pattern.compile("(\\[[^\\]]*\\]|[^:]*)(?::\\d+)?");
  private static final String BEARER = "Bearer ";

  /** What a page can post to another site without being asked about it first. */
  private static final List<String> FORMS =
      List.of("application/x-www-form-urlencoded", "multipart/form-data");

  private final String listenHost;
  private final boolean control;
  private final @Nullable Path tokenFile;
  private final LogLimit complaints = new LogLimit(TimeUnit.SECONDS.toNanos(10));

  /**
   * Rules.
   *
   * @param listenHost as configured: the one name beside localhost that a request may come by
   * @param control whether changes are allowed at all
   * @param tokenFile holds in its first line the token that a request for a change must bring;
   *     null: none
   */
  public AccessRules(String listenHost, boolean control, @Nullable Path tokenFile) {
    this.listenHost = listenHost;
    this.control = control;
    this.tokenFile = tokenFile;
  }

  /** Whether changes are allowed at all. */
  boolean control() {
    return control;
  }

  /** Whether a request for a change must bring a token. */
  boolean needsToken() {
    return tokenFile != null;
  }

  /** Why a request isn't answered. */
  record Refusal(int status, String message) {}

  /** Why a request may not read, or null. */
  @Nullable Refusal ofReading(HttpExchange exchange) {
    // On an address that others reach, reading is free; names are what scrapers come by.
    boolean loopback = exchange.getLocalAddress().getAddress().isLoopbackAddress();
    return loopback ? ofHost(exchange.getRequestHeaders()) : null;
  }

  /** Why a request may not change anything, or null. */
  @Nullable Refusal ofChanging(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    Refusal host = ofHost(headers);
    if (host != null) {
      return host;
    }
    Refusal site = ofSite(headers);
    if (site != null) {
      return site;
    }
    if (!control) {
      return new Refusal(
          FORBIDDEN,
          "this daemon is read-only: set admin.control = true in its configuration and restart it");
    }
    return tokenFile == null ? null : ofToken(headers, tokenFile);
  }

  private @Nullable Refusal ofHost(Headers headers) {
    List<String> hosts = headers.getOrDefault("Host", List.of());
    if (hosts.isEmpty()) { // A browser always says.
      return null;
    }
    String host = String.join(" and ", hosts); // Of two, who knows which one somebody else took.
    if (isOurs(host)) {
      return null;
    }
    return new Refusal(
        MISDIRECTED,
        "the host %s is not served here: use an IP address, localhost, or the host of admin.listen"
            .formatted(printable(host)));
  }

  private boolean isOurs(String host) {
    Matcher parts = HOST.matcher(host);
    if (!parts.matches()) {
      return false;
    }
    String name = parts.group(1);
    return name.equalsIgnoreCase("localhost")
        || name.equalsIgnoreCase(listenHost)
        || isAddress(name);
  }

  private static boolean isAddress(String name) {
    boolean bracketed = name.startsWith("[") && name.endsWith("]");
    try {
      InetAddress.ofLiteral(bracketed ? name.substring(1, name.length() - 1) : name);
      return true;
    } catch (IllegalArgumentException aName) {
      return false;
    }
  }

  private static @Nullable Refusal ofSite(Headers headers) {
    String origin = headers.getFirst("Origin");
    String host = headers.getFirst("Host");
    // Without a host there is nothing that an origin could be the same as.
    boolean same =
        host != null && (("http://" + host).equals(origin) || ("https://" + host).equals(origin));
    if (origin != null && !same) {
      return new Refusal(
          FORBIDDEN, "a page of %s may not change this daemon".formatted(printable(origin)));
    }
    String type = headers.getFirst("Content-Type");
    if (type != null
        && FORMS.stream().anyMatch(form -> type.toLowerCase(Locale.ROOT).startsWith(form))) {
      return new Refusal(
          UNSUPPORTED_MEDIA, "forms are not taken: send Content-Type: text/plain, or none");
    }
    return null;
  }

  private @Nullable Refusal ofToken(Headers headers, Path file) {
    String sent = headers.getFirst("Authorization");
    if (sent == null || !sent.startsWith(BEARER)) {
      return new Refusal(
          UNAUTHORIZED,
          "a token is needed: Authorization: Bearer TOKEN; `millrace ctl --token-file FILE`");
    }
    String expected = token(file);
    if (expected == null) {
      return new Refusal(FORBIDDEN, "admin.token-file can't be read; the daemon's log says why");
    }
    // In a time that doesn't tell how much of it is right.
    return MessageDigest.isEqual(
            sent.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8),
            expected.getBytes(StandardCharsets.UTF_8))
        ? null
        : new Refusal(UNAUTHORIZED, "the token is not the one of admin.token-file");
  }

  /** Read each time, so that it can be changed; null if there is none. */
  private @Nullable String token(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      String token = lines.isEmpty() ? "" : lines.getFirst().strip();
      if (!token.isEmpty()) {
        return token;
      }
      complain(file + " is empty");
    } catch (IOException unreadable) {
      complain(unreadable.toString());
    }
    return null;
  }

  private void complain(String about) {
    if (complaints.admits(System.nanoTime())) {
      LOG.error("admin.token-file: {}", about);
    }
  }

  /** What somebody sent, shortened and without what a terminal would obey. */
  private static String printable(String text) {
    String plain = text.replaceAll("[^\\x21-\\x7e]", "?");
    return plain.length() > 100 ? plain.substring(0, 100) + "..." : plain;
  }
}
