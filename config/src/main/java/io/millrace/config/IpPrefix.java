package io.millrace.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses that begin with the same bits: {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or one
 * address.
 *
 * @param address without the other bits: they are 0
 * @param bits 0 to 32, or to 128
 */
public record IpPrefix(InetAddress address, int bits) {
  static final String FORMS =
      "an address such as \"192.0.2.1\", or a prefix such as \"192.0.2.0/24\" or"
          + " \"2001:db8::/32\"";

  private static final Pattern PREFIX = Pattern.compile("([^/]+)(?:/(\\d{1,3}))?");

  static IpPrefix parse(String text) {
    Matcher matcher = PREFIX.matcher(text.strip());
    InetAddress address = matcher.matches() ? HostPort.address(matcher.group(1)) : null;
    if (address == null) {
      throw invalid(text, "is no address or prefix");
    }
    byte[] bytes = address.getAddress();
    int most = bytes.length * Byte.SIZE;
    int bits = matcher.group(2) == null ? most : Integer.parseInt(matcher.group(2));
    if (bits > most) {
      throw invalid(text, "has more than %d bits".formatted(most));
    }
    IpPrefix prefix = new IpPrefix(firstBits(bytes, bits), bits);
    if (!prefix.address.equals(address)) {
      throw new InvalidValue(
          "%s has bits behind its first %d; did you mean \"%s\"?"
              .formatted(Words.quote(text), bits, prefix));
    }
    return prefix;
  }

  private static InetAddress firstBits(byte[] address, int bits) {
    byte[] first = new byte[address.length];
    for (int bit = 0; bit < bits; bit++) {
      first[bit / Byte.SIZE] |= (byte) (address[bit / Byte.SIZE] & 0x80 >> bit % Byte.SIZE);
    }
    try {
      return InetAddress.getByAddress(first);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible); // 4 bytes or 16
    }
  }

  private static InvalidValue invalid(String text, String what) {
    return new InvalidValue("%s %s; allowed: %s".formatted(Words.quote(text), what, FORMS));
  }

  /** Whether both are of one family. */
  boolean isLike(InetAddress other) {
    return address.getClass() == other.getClass();
  }

  boolean isOneAddress() {
    return bits == (address instanceof Inet6Address ? 128 : 32);
  }

  /** The text that {@link #parse} reads as the same. */
  @Override
  public String toString() {
    String text = address.getHostAddress();
    return isOneAddress() ? text : text + "/" + bits;
  }
}
