package io.millrace.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where to send or listen: a host and a UDP or TCP port. Names aren't resolved.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without its brackets
 * @param port 0..65535
 */
public record HostPort(String host, int port) {
  private static final Pattern PORT = Pattern.compile("\\d{1,5}");
  private static final Pattern NAME =
      Pattern.compile("(?=.{1,253}$)\\w([\\w-]{0,61}\\w)?(\\.\\w([\\w-]{0,61}\\w)?)*\\.?");
  private static final Pattern LOOKS_LIKE_IPV4 = Pattern.compile("[\\d.]+");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");
  private static final Pattern IPV6_ALPHABET = Pattern.compile("[\\p{XDigit}:.]*:[\\p{XDigit}:.]*");
  private static final Pattern IPV6_ZONE = Pattern.compile("[\\w.-]{1,15}");
  static final String FORMS = "\"name:5004\", \"192.0.2.1:5004\" or \"[2001:db8::1]:5004\"";

  /**
   * From {@code host:port} or {@code [v6]:port}.
   *
   * @param minPort 0 where any free port may be asked for, else 1
   * @throws IllegalArgumentException with a message that says what is allowed
   */
  public static HostPort parse(String text, int minPort) {
    String host;
    String port;
    if (text.startsWith("[")) {
      int close = text.indexOf(']');
      if (close < 0 || !text.startsWith(":", close + 1)) {
        throw invalid(text, close < 0 ? "has no closing bracket" : "has no port");
      }
      host = text.substring(1, close);
      port = text.substring(close + 2);
      if (!isIpv6(host)) {
        throw invalid(text, "has no IPv6 address between its brackets");
      }
    } else {
      int colon = text.lastIndexOf(':');
      if (colon < 0) {
        throw invalid(text, "has no port");
      }
      host = text.substring(0, colon);
      port = text.substring(colon + 1);
      if (host.indexOf(':') >= 0) {
        throw unbracketed(text, host, port);
      }
      if (!isName(host)) {
        throw invalid(text, "has no valid host");
      }
    }
    if (!PORT.matcher(port).matches()
        || Integer.parseInt(port) < minPort
        || Integer.parseInt(port) > 65535) {
      throw new InvalidValue(
          "%s has no valid port; allowed: %d to 65535".formatted(Words.quote(text), minPort));
    }
    return new HostPort(host, Integer.parseInt(port));
  }

  /** Whether the host is a name, which has to be resolved, and no address. */
  public boolean isName() {
    return host.indexOf(':') < 0 && !LOOKS_LIKE_IPV4.matcher(host).matches();
  }

  /** Whether the host is an IPv6 address. */
  public boolean isIpv6() {
    return host.indexOf(':') >= 0;
  }

  private static InvalidValue unbracketed(String text, String host, String port) {
    if (!isIpv6(text) && !isIpv6(host)) {
      return invalid(text, "has no valid host");
    }
    // Whether the last group is a port or part of the address only its author knows; a port is the
    // likelier.
    String meant =
        isIpv6(host) && PORT.matcher(port).matches()
            ? "[" + host + "]:" + port
            : "[" + (isIpv6(text) ? text : host) + "]:5004";
    return new InvalidValue(
        "an IPv6 address needs brackets, found %s; allowed: %s; did you mean \"%s\"?"
            .formatted(Words.quote(text), FORMS, meant));
  }

  private static InvalidValue invalid(String text, String what) {
    return new InvalidValue("%s %s; allowed: %s".formatted(Words.quote(text), what, FORMS));
  }

  private static boolean isName(String host) {
    return LOOKS_LIKE_IPV4.matcher(host).matches()
        ? IPV4.matcher(host).matches()
        : NAME.matcher(host).matches();
  }

  /** The address that a text is, without a zone; null: it is none. */
  static @Nullable InetAddress address(String text) {
    if (IPV4.matcher(text).matches()) {
      return Inet4Address.ofLiteral(text);
    }
    return text.indexOf('%') < 0 && isIpv6(text) ? Inet6Address.ofLiteral(text) : null;
  }

  private static boolean isIpv6(String host) {
    int percent = host.indexOf('%');
    if (percent >= 0 && !IPV6_ZONE.matcher(host.substring(percent + 1)).matches()) {
      return false;
    }
    // The zone stays out of the JDK's hands: it would look for an interface of that name on this
    // machine.
    String address = percent >= 0 ? host.substring(0, percent) : host;
    if (!IPV6_ALPHABET.matcher(address).matches()) {
      return false;
    }
    try {
      Inet6Address.ofLiteral(address);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** {@code host:port}, or {@code [v6]:port}. */
  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
