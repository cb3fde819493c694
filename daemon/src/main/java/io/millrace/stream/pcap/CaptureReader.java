package io.millrace.stream.pcap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The packets of a capture file, one after the other. Two formats: {@link PcapReader} and {@link
 * PcapNgReader}. Owned by one thread.
 */
public abstract sealed class CaptureReader permits PcapReader, PcapNgReader {
  /**
   * No packet may be longer: what libpcap captures at most (MAXIMUM_SNAPLEN, pcap-int.h), so that a
   * longer one is damage.
   */
  static final int MOST_PACKET_BYTES = 262_144;

  private static final int MAGIC_BYTES = 4;

  final CaptureInput input;

  // The packet.
  int packetAt;
  int capturedBytes;
  long originalBytes;
  int linkType;
  long timeNs;
  boolean hasTime;

  private @Nullable String damage;

  CaptureReader(CaptureInput input) {
    this.input = input;
  }

  /**
   * A reader of whichever format the input begins with.
   *
   * @throws CaptureFormatException if it is none, or one that can't be read
   */
  public static CaptureReader open(CaptureInput input) throws IOException {
    input.order(ByteOrder.BIG_ENDIAN);
    if (!input.has(MAGIC_BYTES)) {
      throw new CaptureFormatException("too short for a capture");
    }
    int magic = input.s32(0);
    if (magic == PcapNgReader.SECTION) {
      return new PcapNgReader(input);
    }
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      input.order(order);
      PcapReader.Kind kind = PcapReader.Kind.of(input.s32(0));
      if (kind != null) {
        return new PcapReader(input, kind);
      }
    }
    throw new CaptureFormatException(
        "no capture (pcap or pcapng): it begins with %08x%s".formatted(magic, known(magic)));
  }

  /** What else people have. */
  private static String known(int magic) {
    if (magic >>> 16 == 0x1F8B) {
      return "; it is compressed: gunzip it first";
    }
    return switch (magic) {
      case 0x28B52FFD -> "; it is compressed: unzstd it first";
      case 0xFD377A58 -> "; it is compressed: unxz it first";
      case 0x04224D18 -> "; it is compressed: unlz4 it first";
      case 0x736E6F6F -> "; a snoop file: editcap -F pcap makes a pcap of it";
      default -> "";
    };
  }

  /**
   * Goes to the next packet.
   *
   * @return false at the end, and where the file is damaged
   */
  public abstract boolean next() throws IOException;

  /** Why there is no next packet, if the end isn't a proper one; or null. */
  public final @Nullable String damage() {
    return damage;
  }

  /** Ends the file here. */
  final boolean damaged(String what) {
    damage = "%s at offset %d".formatted(what, input.offset());
    return false;
  }

  /** What the packet lies in, big-endian, to be read by index; until the next {@link #next()}. */
  public final ByteBuffer buffer() {
    return input.packets();
  }

  /** Where in it the packet begins. */
  public final int packetAt() {
    return packetAt;
  }

  /** Bytes of it that were captured, 0 to {@link #MOST_PACKET_BYTES}. */
  public final int capturedBytes() {
    return capturedBytes;
  }

  /** Bytes that it had; more, if not all of it was captured. */
  public final long originalBytes() {
    return originalBytes;
  }

  /** What it begins with: LINKTYPE_ of www.tcpdump.org/linktypes.html, or -1. */
  public final int linkType() {
    return linkType;
  }

  /** When it was captured, in nanoseconds since the epoch, if it {@link #hasTime()}. */
  public final long timeNs() {
    return timeNs;
  }

  /** Whether the file says when. */
  public final boolean hasTime() {
    return hasTime;
  }
}
