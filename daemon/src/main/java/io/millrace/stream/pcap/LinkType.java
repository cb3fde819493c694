package io.millrace.stream.pcap;

import java.nio.ByteBuffer;

/**
 * What stands before a packet's IP header, by its LINKTYPE_ (www.tcpdump.org/linktypes.html). No
 * state.
 */
final class LinkType {
  /** Of an interface that nothing is known of. */
  static final int NONE = -1;

  static final String ALLOWED =
      "Ethernet (1), Linux cooked v1 (113) and v2 (276), raw IP (101, 228, 229; 12 and 14 of old),"
          + " BSD loopback (0, 108)";

  /** For {@link #network}: the packet ends before its IP header, or isn't IP. */
  static final int CUT_OFF = -1;

  static final int NOT_IP = -2;

  private static final int NULL = 0;
  private static final int ETHERNET = 1;
  private static final int OLD_RAW = 12;
  private static final int OPENBSD_RAW = 14;
  private static final int RAW = 101;
  private static final int LOOP = 108;
  private static final int COOKED = 113;
  private static final int IPV4 = 228;
  private static final int IPV6 = 229;
  private static final int COOKED_2 = 276;

  private static final int ETHERNET_TYPE_AT = 12;
  private static final int COOKED_TYPE_AT = 14;
  private static final int COOKED_2_BYTES = 20;
  private static final int FAMILY_BYTES = 4;

  private static final int TYPE_IPV4 = 0x0800;
  private static final int TYPE_IPV6 = 0x86DD;
  private static final int TAG = 0x8100;
  private static final int SERVICE_TAG = 0x88A8;
  private static final int OLD_SERVICE_TAG = 0x9100;
  private static final int TAG_BYTES = 4;

  private LinkType() {}

  static boolean isKnown(int linkType) {
    return switch (linkType) {
      case NULL, ETHERNET, OLD_RAW, OPENBSD_RAW, RAW, LOOP, COOKED, IPV4, IPV6, COOKED_2 -> true;
      default -> false;
    };
  }

  /**
   * Where the IP header of a packet begins.
   *
   * @param linkType a known one
   * @param packet big-endian
   * @param at where the packet begins in it, and where it {@code end}s
   * @return the place, at most {@code end}, or one of the constants above
   */
  static int network(int linkType, ByteBuffer packet, int at, int end) {
    return switch (linkType) {
      case ETHERNET -> behindTags(packet, at + ETHERNET_TYPE_AT, end);
      case COOKED -> behindTags(packet, at + COOKED_TYPE_AT, end);
      case COOKED_2 -> {
        if (end - at < COOKED_2_BYTES) {
          yield CUT_OFF;
        }
        int type = type(packet, at);
        // A tag follows its type, and here the type stands before the rest of the header.
        yield isTag(type)
            ? behindTags(packet, at + COOKED_2_BYTES + 2, end)
            : isIp(type) ? at + COOKED_2_BYTES : NOT_IP;
      }
      // The number of the address family is the system's own, and IP says itself what it is.
      case NULL, LOOP -> end - at < FAMILY_BYTES ? CUT_OFF : at + FAMILY_BYTES;
      default -> at;
    };
  }

  /** Behind an EtherType, and as many VLAN tags as there are before it. */
  private static int behindTags(ByteBuffer packet, int typeAt, int end) {
    int at = typeAt;
    while (at + 2 <= end) {
      int type = type(packet, at);
      if (!isTag(type)) {
        return isIp(type) ? at + 2 : NOT_IP;
      }
      at += TAG_BYTES;
    }
    return CUT_OFF;
  }

  private static int type(ByteBuffer packet, int at) {
    return Short.toUnsignedInt(packet.getShort(at));
  }

  private static boolean isTag(int type) {
    return type == TAG || type == SERVICE_TAG || type == OLD_SERVICE_TAG;
  }

  private static boolean isIp(int type) {
    return type == TYPE_IPV4 || type == TYPE_IPV6;
  }
}
