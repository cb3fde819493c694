package io.millrace.stream.ts;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;

/** Makes transport streams packet by packet, for tests. */
@SuppressWarnings("ByteBufferBackingArray") // allocated here
public final class TsMaker {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int[] counters = new int[TsPacket.PIDS];

  /** A packet that has nothing but a payload of one byte, repeated. */
  public TsMaker payload(int pid, int value) {
    ByteBuffer packet = packet(pid, 0x10);
    Arrays.fill(packet.array(), 4, TsPacket.BYTES, (byte) value);
    return add(packet);
  }

  public TsMaker payloads(int pid, int packets) {
    for (int packet = 0; packet < packets; packet++) {
      payload(pid, packet);
    }
    return this;
  }

  /** A packet with a PCR and a payload. */
  public TsMaker pcr(int pid, long ticks) {
    return pcr(pid, ticks, false);
  }

  public TsMaker pcr(int pid, long ticks, boolean discontinuity) {
    ByteBuffer packet = packet(pid, 0x30);
    packet.put(4, (byte) 7).put(5, (byte) (discontinuity ? 0x90 : 0x10));
    TsPacket.pcr(packet, 0, ticks);
    return add(packet);
  }

  /** A packet with a PCR, and without a payload. */
  public TsMaker pcrAlone(int pid, long ticks) {
    ByteBuffer packet = packet(pid, 0x20);
    counters[pid]--; // only payloads count
    packet.put(3, (byte) (0x20 | (counters[pid] - 1 & 0xF)));
    packet.put(4, (byte) 183).put(5, (byte) 0x10);
    TsPacket.pcr(packet, 0, ticks);
    return add(packet);
  }

  /** A packet in which a PES packet of video begins; with a DTS unless that is negative. */
  public TsMaker pes(int pid, long pts, long dts) {
    ByteBuffer packet = packet(pid, 0x10);
    packet.put(1, (byte) (packet.get(1) | 0x40));
    packet.position(4).put(new byte[] {0, 0, 1, (byte) 0xE0, 0, 0, (byte) 0x80});
    packet.put((byte) (dts < 0 ? 0x80 : 0xC0)).put((byte) (dts < 0 ? 5 : 10));
    stamp(packet, dts < 0 ? 2 : 3, pts);
    if (dts >= 0) {
      stamp(packet, 1, dts);
    }
    return add(packet);
  }

  private static void stamp(ByteBuffer packet, int prefix, long value) {
    packet.put((byte) (prefix << 4 | (value >> 30 & 7) << 1 | 1));
    packet.putShort((short) ((value >> 15 & 0x7FFF) << 1 | 1));
    packet.putShort((short) ((value & 0x7FFF) << 1 | 1));
  }

  /** The tables of one programme. */
  public TsMaker tables(int pmtPid, int pcrPid) {
    ByteBuffer pat = table(0, 0x00, 13);
    pat.putShort(5 + 8, (short) 0).putShort(5 + 10, (short) 0xE010); // the network's
    pat.putShort(5 + 12, (short) 1).putShort(5 + 14, (short) (0xE000 | pmtPid));
    pat.putShort(6, (short) (0xB000 | 17));
    add(pat);
    ByteBuffer pmt = table(pmtPid, 0x02, 13);
    pmt.putShort(5 + 8, (short) (0xE000 | pcrPid));
    return add(pmt);
  }

  private ByteBuffer table(int pid, int id, int length) {
    ByteBuffer packet = packet(pid, 0x10);
    Arrays.fill(packet.array(), 4, TsPacket.BYTES, (byte) 0xFF);
    packet.put(1, (byte) (packet.get(1) | 0x40)).put(4, (byte) 0).put(5, (byte) id);
    return packet.putShort(6, (short) (0xB000 | length));
  }

  private ByteBuffer packet(int pid, int control) {
    ByteBuffer packet = ByteBuffer.allocate(TsPacket.BYTES);
    packet.put(0, TsPacket.SYNC).putShort(1, (short) pid);
    packet.put(3, (byte) (control | (counters[pid] & 0xF)));
    counters[pid]++;
    return packet;
  }

  private TsMaker add(ByteBuffer packet) {
    out.writeBytes(packet.array());
    return this;
  }

  public TsMaker raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  public byte[] bytes() {
    return out.toByteArray();
  }

  public static TsInput input(byte[] bytes) {
    return new TsInput(Channels.newChannel(new ByteArrayInputStream(bytes)));
  }

  public TsInput input() {
    return input(bytes());
  }
}
