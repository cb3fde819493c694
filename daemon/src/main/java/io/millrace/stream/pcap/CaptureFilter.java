package io.millrace.stream.pcap;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which datagrams of a capture are sent: those that one of its rules is for; without rules, all.
 * Immutable.
 */
public final class CaptureFilter {
  private final List<Rule> rules;

  /**
   * Datagrams of one kind.
   *
   * @param from where they came from
   * @param to where they went
   */
  public record Rule(Side from, Side to) {}

  /**
   * One end of a datagram's way.
   *
   * @param prefix of its address; null: any address
   * @param firstPort and {@code lastPort}: which of its ports
   */
  public record Side(@Nullable Prefix prefix, int firstPort, int lastPort) {
    private boolean matches(ByteBuffer packet, int addressAt, int addressBytes, int port) {
      return port >= firstPort
          && port <= lastPort
          && (prefix == null || prefix.matches(packet, addressAt, addressBytes));
    }
  }

  /** The first bits of an address of 4 or 16 bytes. */
  public static final class Prefix {
    private final byte[] address;
    private final int bits;

    public Prefix(byte[] address, int bits) {
      assert bits >= 0 && bits <= address.length * Byte.SIZE : bits + " bits of an address";
      this.address = address.clone();
      this.bits = bits;
    }

    private boolean matches(ByteBuffer packet, int at, int bytes) {
      if (bytes != address.length) {
        return false;
      }
      int whole = bits / Byte.SIZE;
      for (int index = 0; index < whole; index++) {
        if (packet.get(at + index) != address[index]) {
          return false;
        }
      }
      int rest = bits % Byte.SIZE;
      return rest == 0
          || ((packet.get(at + whole) ^ address[whole]) & 0xFF) >> (Byte.SIZE - rest) == 0;
    }
  }

  public CaptureFilter(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** Whether a datagram that was found in the packet's memory is sent. */
  public boolean matches(UdpDatagram datagram, ByteBuffer packet) {
    if (rules.isEmpty()) {
      return true;
    }
    for (Rule rule : rules) {
      if (rule.from.matches(
              packet, datagram.sourceAt(), datagram.addressBytes(), datagram.sourcePort())
          && rule.to.matches(
              packet,
              datagram.destinationAt(),
              datagram.addressBytes(),
              datagram.destinationPort())) {
        return true;
      }
    }
    return false;
  }
}
