package io.millrace.loadtest.text;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** {@code HOST:PORT}, with IPv6 addresses in brackets. Any thread. */
public final class HostPort {
  private HostPort() {}

  /**
   * Parses and resolves; port 0 is allowed.
   *
   * @throws IllegalArgumentException whose message says what is wrong
   */
  public static InetSocketAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon > 0 ? text.substring(0, colon) : "";
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (!bracketed && host.indexOf(':') >= 0)) {
      throw new IllegalArgumentException(
          "'" + text + "' is not HOST:PORT, for example 127.0.0.1:5004 or [::1]:5004");
    }
    String port = text.substring(colon + 1);
    if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException("'" + port + "' is not a port: 0 to 65535");
    }
    try {
      InetAddress address =
          InetAddress.getByName(bracketed ? host.substring(1, host.length() - 1) : host);
      return new InetSocketAddress(address, Integer.parseInt(port));
    } catch (UnknownHostException failure) {
      throw new IllegalArgumentException("can't resolve '" + host + "'", failure);
    }
  }

  public static String format(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip == null ? address.getHostString() : ip.getHostAddress();
    // Scope 0 is none.
    host = host.endsWith("%0") ? host.substring(0, host.length() - 2) : host;
    return (ip instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
