package io.millrace.stream.pcap;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Makes packets from the payload outwards, for tests: each step puts a header before what is there.
 */
public final class PacketMaker {
  private static final int UDP = 17;

  private byte[] bytes;
  private int protocol = UDP;
  private int etherType;

  private PacketMaker(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A payload of so many bytes, each of one value. */
  static byte[] payload(int length, int value) {
    byte[] payload = new byte[length];
    Arrays.fill(payload, (byte) value);
    return payload;
  }

  public static PacketMaker udp(byte[] payload, int fromPort, int toPort) {
    int length = 8 + payload.length;
    return new PacketMaker(payload)
        .before(fromPort >> 8, fromPort, toPort >> 8, toPort, length >> 8, length, 0, 0);
  }

  PacketMaker protocol(int number) {
    protocol = number;
    return this;
  }

  public PacketMaker ipv4() {
    return ipv4(0, new int[] {10, 0, 0, 1}, new int[] {10, 0, 0, 2});
  }

  /**
   * The header with options of four bytes.
   *
   * @param fragment flags and offset
   */
  PacketMaker ipv4(int fragment, int[] from, int[] to) {
    int length = 24 + bytes.length;
    before(1, 1, 1, 0).before(to).before(from);
    etherType = 0x0800;
    return before(0x46, 0, length >> 8, length, 0, 0, fragment >> 8, fragment, 64, protocol, 0, 0);
  }

  public PacketMaker ipv6() {
    int length = bytes.length;
    int[] from = new int[16];
    int[] to = new int[16];
    from[0] = 0xFD;
    from[15] = 1;
    to[0] = 0xFD;
    to[15] = 2;
    before(to).before(from);
    etherType = 0x86DD;
    return before(0x60, 0, 0, 0, length >> 8, length, protocol, 64);
  }

  /** An extension header of IPv6 with so many units of eight bytes. */
  PacketMaker extension(int number, int units) {
    int[] header = new int[8 * units];
    header[0] = protocol;
    header[1] = number == 51 ? 2 * units - 2 : units - 1;
    protocol = number;
    return before(header);
  }

  PacketMaker fragmentHeader(int offsetAndMore) {
    int next = protocol;
    protocol = 44;
    return before(next, 0, offsetAndMore >> 8, offsetAndMore, 0, 0, 0, 9);
  }

  PacketMaker tag(int type, int id) {
    before(id >> 8, id, etherType >> 8, etherType);
    etherType = type;
    return this;
  }

  public PacketMaker ethernet() {
    return before(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, etherType >> 8, etherType);
  }

  PacketMaker cooked() {
    return before(0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, etherType >> 8, etherType);
  }

  PacketMaker cooked2() {
    return before(etherType >> 8, etherType, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0);
  }

  /** Raises the length of an Ethernet frame to what it must have. */
  PacketMaker padded() {
    bytes = Arrays.copyOf(bytes, Math.max(60, bytes.length));
    return this;
  }

  PacketMaker before(int... header) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int value : header) {
      out.write(value);
    }
    out.writeBytes(bytes);
    bytes = out.toByteArray();
    return this;
  }

  public byte[] bytes() {
    return bytes.clone();
  }
}
