package io.millrace.stream.pcap;

import java.nio.ByteBuffer;

/**
 * The UDP datagram in a packet: its addresses, its ports and its payload, as places in the packet's
 * memory. One object for all packets. Owned by one thread.
 */
public final class UdpDatagram {
  /** What a packet holds. */
  public enum Found {
    /** A datagram, whole. */
    DATAGRAM,
    /** A datagram without a payload. */
    EMPTY,
    /** Something else than UDP. */
    NOT_UDP,
    /** A piece of a datagram: IP has divided it. */
    FRAGMENT,
    /** A datagram of which the capture has only the beginning. */
    TRUNCATED,
    /** Something behind a header that is not known here. */
    UNKNOWN_LINK,
    /** Lengths that contradict each other. */
    MALFORMED
  }

  private static final int IPV4_BYTES = 20;
  private static final int IPV4_ADDRESS_BYTES = 4;
  private static final int MORE_FRAGMENTS_AND_OFFSET = 0x3FFF;

  private static final int IPV6_BYTES = 40;
  private static final int IPV6_ADDRESS_BYTES = 16;
  private static final int EXTENSION_UNIT = 8;
  private static final int AUTHENTICATION_UNIT = 4;
  private static final int MORE_AND_OFFSET = 0xFFF9;

  private static final int HOP_BY_HOP = 0;
  private static final int UDP = 17;
  private static final int ROUTING = 43;
  private static final int FRAGMENT_HEADER = 44;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION = 60;
  private static final int MOBILITY = 135;
  private static final int HOST_IDENTITY = 139;
  private static final int SHIM6 = 140;

  private static final int UDP_BYTES = 8;

  // The packet: where its captured bytes end, and what it is if it should go on behind them.
  private int capturedEnd;
  private Found beyond = Found.MALFORMED;

  /** Where the IP packet says that it ends. */
  private long ipEnd;

  private int sourceAt;
  private int destinationAt;
  private int addressBytes;
  private int sourcePort;
  private int destinationPort;
  private int payloadAt;
  private int payloadBytes;

  /** Looks into the reader's packet; the places below are good only if it holds a datagram. */
  public Found find(CaptureReader packet) {
    return find(
        packet.buffer(),
        packet.packetAt(),
        packet.capturedBytes(),
        packet.originalBytes(),
        packet.linkType());
  }

  Found find(ByteBuffer packet, int at, int captured, long original, int linkType) {
    if (!LinkType.isKnown(linkType)) {
      return Found.UNKNOWN_LINK;
    }
    capturedEnd = at + captured;
    beyond = captured < original ? Found.TRUNCATED : Found.MALFORMED;
    int network = LinkType.network(linkType, packet, at, capturedEnd);
    if (network == LinkType.NOT_IP) {
      return Found.NOT_UDP;
    }
    if (network == LinkType.CUT_OFF || network >= capturedEnd) {
      return beyond;
    }
    return switch ((packet.get(network) >> 4) & 0xF) {
      case 4 -> ipv4(packet, network);
      case 6 -> ipv6(packet, network);
      default -> Found.NOT_UDP; // BSD's loopback carries others too
    };
  }

  private Found ipv4(ByteBuffer packet, int at) {
    if (capturedEnd - at < IPV4_BYTES) {
      return beyond;
    }
    int headerBytes = (packet.get(at) & 0xF) * 4;
    int bytes = u16(packet, at + 2);
    if (headerBytes < IPV4_BYTES || bytes < headerBytes) {
      return Found.MALFORMED;
    }
    if (packet.get(at + 9) != UDP) {
      return Found.NOT_UDP;
    }
    if ((u16(packet, at + 6) & MORE_FRAGMENTS_AND_OFFSET) != 0) {
      return Found.FRAGMENT;
    }
    sourceAt = at + 12;
    destinationAt = at + 16;
    addressBytes = IPV4_ADDRESS_BYTES;
    ipEnd = (long) at + bytes;
    return udp(packet, at + headerBytes);
  }

  private Found ipv6(ByteBuffer packet, int at) {
    if (capturedEnd - at < IPV6_BYTES) {
      return beyond;
    }
    sourceAt = at + 8;
    destinationAt = at + 24;
    addressBytes = IPV6_ADDRESS_BYTES;
    ipEnd = (long) at + IPV6_BYTES + u16(packet, at + 4);
    int next = Byte.toUnsignedInt(packet.get(at + 6));
    int header = at + IPV6_BYTES;
    while (next != UDP) {
      if (!isExtension(next)) {
        return Found.NOT_UDP;
      }
      if (header + EXTENSION_UNIT > ipEnd) {
        return Found.MALFORMED;
      }
      if (capturedEnd - header < EXTENSION_UNIT) {
        return beyond;
      }
      // One whole datagram may have this header too (RFC 6946).
      if (next == FRAGMENT_HEADER && (u16(packet, header + 2) & MORE_AND_OFFSET) != 0) {
        return packet.get(header) == UDP ? Found.FRAGMENT : Found.NOT_UDP;
      }
      int headerBytes = extensionBytes(next, Byte.toUnsignedInt(packet.get(header + 1)));
      next = Byte.toUnsignedInt(packet.get(header));
      header += headerBytes;
    }
    return udp(packet, header);
  }

  /** RFC 7045, 4 has the list; what is encrypted (ESP) is not for us. */
  private static boolean isExtension(int header) {
    return switch (header) {
      case HOP_BY_HOP,
          ROUTING,
          FRAGMENT_HEADER,
          AUTHENTICATION,
          DESTINATION,
          MOBILITY,
          HOST_IDENTITY,
          SHIM6 ->
          true;
      default -> false;
    };
  }

  private static int extensionBytes(int header, int length) {
    return switch (header) {
      case FRAGMENT_HEADER -> EXTENSION_UNIT;
      case AUTHENTICATION -> (length + 2) * AUTHENTICATION_UNIT;
      default -> (length + 1) * EXTENSION_UNIT;
    };
  }

  private Found udp(ByteBuffer packet, int at) {
    if (at + UDP_BYTES > ipEnd) {
      return Found.MALFORMED;
    }
    if (capturedEnd - at < UDP_BYTES) {
      return beyond;
    }
    int bytes = u16(packet, at + 4);
    if (bytes < UDP_BYTES || at + bytes > ipEnd) {
      return Found.MALFORMED;
    }
    if (at + bytes > capturedEnd) {
      return beyond;
    }
    sourcePort = u16(packet, at);
    destinationPort = u16(packet, at + 2);
    payloadAt = at + UDP_BYTES;
    payloadBytes = bytes - UDP_BYTES;
    return payloadBytes == 0 ? Found.EMPTY : Found.DATAGRAM;
  }

  private static int u16(ByteBuffer packet, int at) {
    return Short.toUnsignedInt(packet.getShort(at));
  }

  int sourceAt() {
    return sourceAt;
  }

  int destinationAt() {
    return destinationAt;
  }

  /** Of either address: 4 or 16. */
  int addressBytes() {
    return addressBytes;
  }

  int sourcePort() {
    return sourcePort;
  }

  int destinationPort() {
    return destinationPort;
  }

  /** Where its payload begins in the packet's memory. */
  public int payloadAt() {
    return payloadAt;
  }

  /** 1 to 65,527. */
  public int payloadBytes() {
    return payloadBytes;
  }
}
