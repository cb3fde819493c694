package io.millrace.stream.pcap;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.Arrays;

/** Makes capture files block by block, for tests. */
@SuppressWarnings("ByteBufferBackingArray") // allocated here
public final class CaptureMaker {
  public static final int ETHERNET = 1;
  private static final int NS_PER_US = 1000;
  private static final long NS_PER_SECOND = 1_000_000_000;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ByteOrder order;
  private boolean nanoseconds;

  private CaptureMaker(ByteOrder order) {
    this.order = order;
  }

  public static CaptureMaker pcap(ByteOrder order, boolean nanoseconds, int linkType) {
    CaptureMaker maker = new CaptureMaker(order);
    maker.nanoseconds = nanoseconds;
    return maker.add(
        maker
            .buffer(24)
            .putInt(nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4)
            .putShort((short) 2)
            .putShort((short) 4)
            .putInt(16, 262_144)
            .putInt(20, linkType | 0x5400_0000)); // and the length of a check sequence
  }

  public static CaptureMaker pcap() {
    return pcap(ByteOrder.LITTLE_ENDIAN, true, ETHERNET);
  }

  /** A record, all of whose bytes were captured. */
  public CaptureMaker record(long ns, byte[] packet) {
    return record(ns, packet, packet.length);
  }

  CaptureMaker record(long ns, byte[] captured, int original) {
    return recordHead(ns, captured.length, original).raw(captured);
  }

  CaptureMaker recordHead(long ns, int captured, int original) {
    long part = ns % NS_PER_SECOND;
    return add(
        buffer(16)
            .putInt((int) (ns / NS_PER_SECOND))
            .putInt((int) (nanoseconds ? part : part / NS_PER_US))
            .putInt(captured)
            .putInt(original));
  }

  public static CaptureMaker pcapng() {
    return new CaptureMaker(ByteOrder.LITTLE_ENDIAN).section(ByteOrder.LITTLE_ENDIAN);
  }

  CaptureMaker section(ByteOrder another) {
    order = another;
    return block(
        0x0A0D_0D0A, buffer(16).putInt(0x1A2B_3C4D).putShort((short) 1).putLong(8, -1).array());
  }

  CaptureMaker interfaceOf(int linkType, int mostCaptured, byte[]... options) {
    int optionBytes = Arrays.stream(options).mapToInt(option -> option.length).sum();
    ByteBuffer body = buffer(8 + optionBytes).putShort((short) linkType).putInt(4, mostCaptured);
    body.position(8);
    for (byte[] option : options) {
      body.put(option);
    }
    return block(1, body.array());
  }

  byte[] option(int code, byte... value) {
    ByteBuffer option = buffer(4 + (value.length + 3) / 4 * 4);
    return option.putShort((short) code).putShort((short) value.length).put(value).array();
  }

  byte[] offset(long seconds) {
    return option(14, buffer(8).putLong(seconds).array());
  }

  CaptureMaker packet(int number, long ticks, byte[] packet) {
    return packet(number, ticks, packet, packet.length);
  }

  CaptureMaker packet(int number, long ticks, byte[] captured, int original) {
    ByteBuffer body = buffer(20 + padded(captured.length)).putInt(number);
    return packet(6, body, ticks, captured, original);
  }

  CaptureMaker oldPacket(int number, long ticks, byte[] packet) {
    ByteBuffer body = buffer(20 + padded(packet.length)).putShort((short) number);
    return packet(2, body.putShort((short) 7), ticks, packet, packet.length);
  }

  private CaptureMaker packet(
      int type, ByteBuffer body, long ticks, byte[] captured, int original) {
    body.putInt((int) (ticks >>> 32)).putInt((int) ticks);
    return block(type, body.putInt(captured.length).putInt(original).put(captured).array());
  }

  CaptureMaker simplePacket(byte[] captured, int original) {
    return block(3, buffer(4 + padded(captured.length)).putInt(original).put(captured).array());
  }

  CaptureMaker block(int type, byte... body) {
    int bytes = 12 + body.length;
    return add(buffer(bytes).putInt(type).putInt(bytes).put(body).putInt(bytes));
  }

  private static int padded(int bytes) {
    return (bytes + 3) / 4 * 4;
  }

  private ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(order);
  }

  private CaptureMaker add(ByteBuffer block) {
    return raw(block.array());
  }

  CaptureMaker raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  public byte[] bytes() {
    return out.toByteArray();
  }

  static CaptureInput input(byte[] bytes) {
    return new CaptureInput(Channels.newChannel(new ByteArrayInputStream(bytes)));
  }

  CaptureInput input() {
    return input(bytes());
  }
}
