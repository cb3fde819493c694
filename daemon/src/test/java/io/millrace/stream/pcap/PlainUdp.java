package io.millrace.stream.pcap;

import java.util.Set;

/**
 * What a packet holds, by code that shares nothing with {@link UdpDatagram}: it takes a header off
 * after the other, and runs into the packet's end where it ends.
 */
final class PlainUdp {
  private static final Set<Integer> TAGS = Set.of(0x8100, 0x88A8, 0x9100);
  private static final Set<Integer> EXTENSIONS = Set.of(0, 43, 44, 51, 60, 135, 139, 140);

  private final byte[] packet;
  private int at;

  /** Where the IP packet ends. */
  private int ipEnd;

  private PlainUdp(byte[] packet) {
    this.packet = packet;
  }

  /** The packet goes on behind what was captured. */
  private static final class CutOff extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A datagram's ports, and where in the packet its payload lies. */
  static String describe(int fromPort, int toPort, int payloadAt, int payloadBytes) {
    return "%d to %d: %d bytes at %d".formatted(fromPort, toPort, payloadBytes, payloadAt);
  }

  static String of(byte[] packet, long originalBytes, int linkType) {
    try {
      return new PlainUdp(packet).link(linkType);
    } catch (CutOff end) {
      return packet.length < originalBytes ? "TRUNCATED" : "MALFORMED";
    }
  }

  private int u8() {
    if (at >= packet.length) {
      throw new CutOff();
    }
    return packet[at++] & 0xFF;
  }

  private int u16() {
    return (u8() << 8) | u8();
  }

  private void skip(int bytes) {
    for (int index = 0; index < bytes; index++) {
      u8();
    }
  }

  private String link(int linkType) {
    switch (linkType) {
      case 1 -> skip(12);
      case 113 -> skip(14);
      case 276 -> {
        int type = u16();
        skip(18);
        if (TAGS.contains(type)) {
          skip(2);
          break;
        }
        return isIp(type) ? network() : "NOT_UDP";
      }
      case 0, 108 -> {
        skip(4);
        return network();
      }
      case 12, 14, 101, 228, 229 -> {
        return network();
      }
      default -> {
        return "UNKNOWN_LINK";
      }
    }
    int type = u16();
    while (TAGS.contains(type)) {
      skip(2);
      type = u16();
    }
    return isIp(type) ? network() : "NOT_UDP";
  }

  private static boolean isIp(int type) {
    return type == 0x0800 || type == 0x86DD;
  }

  private String network() {
    int begin = at;
    int version = u8() >> 4;
    at = begin;
    return version == 4 ? ipv4() : version == 6 ? ipv6() : "NOT_UDP";
  }

  private String ipv4() {
    int begin = at;
    skip(20);
    at = begin;
    int headerBytes = (u8() & 0xF) * 4;
    skip(1);
    int bytes = u16();
    skip(2);
    boolean isFragment = (u16() & 0x3FFF) != 0;
    skip(1);
    int protocol = u8();
    if (headerBytes < 20 || bytes < headerBytes) {
      return "MALFORMED";
    }
    if (protocol != 17 || isFragment) {
      return protocol == 17 ? "FRAGMENT" : "NOT_UDP";
    }
    ipEnd = begin + bytes;
    at = begin + headerBytes;
    return udp();
  }

  private String ipv6() {
    int begin = at;
    skip(40);
    at = begin + 4;
    ipEnd = begin + 40 + u16();
    int next = u8();
    at = begin + 40;
    while (EXTENSIONS.contains(next)) {
      int header = at;
      if (header + 8 > ipEnd) {
        return "MALFORMED";
      }
      skip(8);
      at = header;
      int following = u8();
      int length = u8();
      if (next == 44 && (u16() & 0xFFF9) != 0) {
        return following == 17 ? "FRAGMENT" : "NOT_UDP";
      }
      at = header + (next == 44 ? 8 : next == 51 ? 4 * (length + 2) : 8 * (length + 1));
      next = following;
    }
    return next == 17 ? udp() : "NOT_UDP";
  }

  private String udp() {
    int begin = at;
    if (begin + 8 > ipEnd) {
      return "MALFORMED";
    }
    int from = u16();
    int to = u16();
    int bytes = u16();
    skip(2);
    if (bytes < 8 || begin + bytes > ipEnd) {
      return "MALFORMED";
    }
    skip(bytes - 8);
    return bytes == 8 ? "EMPTY" : describe(from, to, begin + 8, bytes - 8);
  }
}
