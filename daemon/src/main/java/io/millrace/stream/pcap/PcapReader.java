package io.millrace.stream.pcap;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The packets of a pcap file (draft-ietf-opsawg-pcap): of either byte order, with times in micro-
 * or nanoseconds. Owned by one thread.
 */
final class PcapReader extends CaptureReader {
  private static final int HEADER_BYTES = 24;
  private static final int VERSION_AT = 4;
  private static final int LINK_TYPE_AT = 20;
  private static final int MAJOR = 2;

  /** The bits above say how long the frame check sequence is; it lies behind what we need. */
  private static final int LINK_TYPE_MASK = 0xFFFF;

  private static final int RECORD_BYTES = 16;
  private static final int CAPTURED_AT = 8;
  private static final int ORIGINAL_AT = 12;
  private static final long NS_PER_SECOND = 1_000_000_000;

  private final int nsPerUnit;

  /** What the first four bytes say. */
  enum Kind {
    MICROSECONDS(0xA1B2_C3D4, 1000),
    NANOSECONDS(0xA1B2_3C4D, 1),
    /** Kuznetzov's: its records are longer, and by how much depends on who wrote it. */
    PATCHED(0xA1B2_CD34, 1000);

    private final int magic;
    private final int nsPerUnit;

    Kind(int magic, int nsPerUnit) {
      this.magic = magic;
      this.nsPerUnit = nsPerUnit;
    }

    static @Nullable Kind of(int magic) {
      for (Kind kind : values()) {
        if (kind.magic == magic) {
          return kind;
        }
      }
      return null;
    }
  }

  PcapReader(CaptureInput input, Kind kind) throws IOException {
    super(input);
    if (kind == Kind.PATCHED) {
      throw new CaptureFormatException(
          "a pcap file of a patched libpcap; editcap -F pcap makes a usual one of it");
    }
    if (!input.has(HEADER_BYTES)) {
      throw new CaptureFormatException("cut off in the header of a pcap file");
    }
    if (input.u16(VERSION_AT) != MAJOR) {
      throw new CaptureFormatException(
          "a pcap file of version %d.%d; allowed: 2.x"
              .formatted(input.u16(VERSION_AT), input.u16(VERSION_AT + 2)));
    }
    nsPerUnit = kind.nsPerUnit;
    linkType = input.s32(LINK_TYPE_AT) & LINK_TYPE_MASK;
    hasTime = true;
    if (!LinkType.isKnown(linkType)) {
      throw new CaptureFormatException(
          "its packets are of link type %d; allowed: %s".formatted(linkType, LinkType.ALLOWED));
    }
    input.skip(HEADER_BYTES);
  }

  @Override
  public boolean next() throws IOException {
    if (!input.skip(capturedBytes)) {
      throw new AssertionError("the packet was in memory");
    }
    capturedBytes = 0;
    if (!input.has(1)) {
      return false;
    }
    if (!input.has(RECORD_BYTES)) {
      return damaged("cut off in the header of a packet");
    }
    long captured = input.u32(CAPTURED_AT);
    if (captured > MOST_PACKET_BYTES) {
      return damaged("no packet: it would have %d bytes".formatted(captured));
    }
    if (!input.has(RECORD_BYTES + (int) captured)) {
      return damaged("cut off in a packet");
    }
    timeNs = input.u32(0) * NS_PER_SECOND + input.u32(4) * nsPerUnit;
    originalBytes = input.u32(ORIGINAL_AT);
    input.skip(RECORD_BYTES);
    packetAt = input.at();
    capturedBytes = (int) captured;
    return true;
  }
}
