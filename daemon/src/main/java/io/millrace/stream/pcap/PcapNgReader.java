package io.millrace.stream.pcap;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * The packets of a pcapng file (draft-ietf-opsawg-pcapng): of any number of sections, of either
 * byte order, with their interfaces. Owned by one thread.
 */
final class PcapNgReader extends CaptureReader {
  /** The type of the block that begins a section; the same in both byte orders. */
  static final int SECTION = 0x0A0D_0D0A;

  private static final int BYTE_ORDER = 0x1A2B_3C4D;
  private static final int BYTE_ORDER_AT = 8;
  private static final int INTERFACE = 1;
  private static final int OLD_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int PACKET = 6;

  /** Type and length before what a block holds, and the length again behind it. */
  private static final int HEAD_BYTES = 8;

  private static final int TAIL_BYTES = 4;
  private static final int LEAST_BYTES = HEAD_BYTES + TAIL_BYTES;
  private static final int SECTION_BYTES = LEAST_BYTES + 16;

  /** Of packet blocks, old or not: before the packet. */
  private static final int PACKET_HEAD_BYTES = HEAD_BYTES + 20;

  private static final int SIMPLE_HEAD_BYTES = HEAD_BYTES + 4;

  /** Blocks that are read whole: those of interfaces, which have names and remarks. */
  private static final int MOST_INTERFACE_BYTES = 64 * 1024;

  /** Of one section. A packet of another one is left out as one of an unknown link. */
  private static final int MOST_INTERFACES = 1024;

  private final CaptureInterface[] interfaces = new CaptureInterface[MOST_INTERFACES];
  private int interfaceCount;

  // The block that the input is in: its length, and what of it is still to come; 0: it is in none.
  private long blockBytes;
  private long restOfBlock;

  PcapNgReader(CaptureInput input) throws IOException {
    super(input);
    if (!beginSection()) {
      throw new CaptureFormatException(String.valueOf(damage()));
    }
  }

  @Override
  public boolean next() throws IOException {
    while (true) {
      if (!endBlock()) {
        return false;
      }
      if (!input.has(1)) {
        return false;
      }
      if (!input.has(LEAST_BYTES)) {
        return damaged("cut off in the header of a block");
      }
      int type = input.s32(0);
      if (type == SECTION) {
        if (!beginSection()) {
          return false;
        }
        continue;
      }
      long bytes = input.u32(4);
      if (bytes < LEAST_BYTES || bytes % 4 != 0) {
        return damaged("no block: it would have %d bytes".formatted(bytes));
      }
      beginBlock(bytes);
      switch (type) {
        case INTERFACE -> {
          if (!addInterface(bytes)) {
            return false;
          }
        }
        case PACKET, OLD_PACKET, SIMPLE_PACKET -> {
          return type == SIMPLE_PACKET ? simplePacket() : packet(type);
        }
        default -> {
          // Names, statistics, what others have put there: not ours.
        }
      }
    }
  }

  /** Its length is in the byte order that it says. */
  private boolean beginSection() throws IOException {
    if (!input.has(SECTION_BYTES)) {
      return damaged("cut off in the header of a section");
    }
    input.order(ByteOrder.BIG_ENDIAN);
    if (input.s32(BYTE_ORDER_AT) != BYTE_ORDER) {
      input.order(ByteOrder.LITTLE_ENDIAN);
    }
    if (input.s32(BYTE_ORDER_AT) != BYTE_ORDER) {
      return damaged("no section: it has no byte order");
    }
    long bytes = input.u32(4);
    if (bytes < SECTION_BYTES || bytes % 4 != 0) {
      return damaged("no section: its header would have %d bytes".formatted(bytes));
    }
    int major = input.u16(BYTE_ORDER_AT + 4);
    if (major != 1) {
      return damaged("a pcapng section of version %d; allowed: 1".formatted(major));
    }
    interfaceCount = 0;
    beginBlock(bytes);
    return true;
  }

  private void beginBlock(long bytes) {
    blockBytes = bytes;
    restOfBlock = bytes;
  }

  /** Goes to the end of the block, where its length stands again. */
  private boolean endBlock() throws IOException {
    if (restOfBlock == 0) {
      return true;
    }
    if (!input.skip(restOfBlock - TAIL_BYTES) || !input.has(TAIL_BYTES)) {
      return damaged("cut off in a block");
    }
    if (input.u32(0) != blockBytes) {
      return damaged(
          "no end of a block: its length is %d there, and %d at its beginning"
              .formatted(input.u32(0), blockBytes));
    }
    input.skip(TAIL_BYTES);
    restOfBlock = 0;
    return true;
  }

  private boolean addInterface(long bytes) throws IOException {
    if (bytes > MOST_INTERFACE_BYTES) {
      return damaged("no interface: it would have %d bytes".formatted(bytes));
    }
    if (bytes < LEAST_BYTES + CaptureInterface.LEAST_BYTES || !input.has((int) bytes)) {
      return damaged("cut off in an interface");
    }
    if (interfaceCount < MOST_INTERFACES) {
      interfaces[interfaceCount] =
          CaptureInterface.read(input, HEAD_BYTES, (int) bytes - TAIL_BYTES);
      interfaceCount++;
    }
    return true;
  }

  private boolean packet(int type) throws IOException {
    if (blockBytes < PACKET_HEAD_BYTES + TAIL_BYTES || !input.has(PACKET_HEAD_BYTES)) {
      return damaged("cut off in the header of a packet");
    }
    long number = type == PACKET ? input.u32(8) : input.u16(8);
    long ticks = (input.u32(12) << Integer.SIZE) | input.u32(16);
    long captured = input.u32(20);
    originalBytes = input.u32(24);
    hasTime = number < interfaceCount;
    if (hasTime) {
      CaptureInterface from = interfaces[(int) number];
      linkType = from.linkType();
      timeNs = from.timeNs(ticks);
    } else {
      linkType = LinkType.NONE;
    }
    return take(PACKET_HEAD_BYTES, captured);
  }

  /** It has no time, no interface but the first, and no length but the original. */
  private boolean simplePacket() throws IOException {
    if (blockBytes < SIMPLE_HEAD_BYTES + TAIL_BYTES || !input.has(SIMPLE_HEAD_BYTES)) {
      return damaged("cut off in the header of a packet");
    }
    originalBytes = input.u32(8);
    hasTime = false;
    linkType = interfaceCount > 0 ? interfaces[0].linkType() : LinkType.NONE;
    long captured = Math.min(originalBytes, blockBytes - SIMPLE_HEAD_BYTES - TAIL_BYTES);
    if (interfaceCount > 0) {
      captured = Math.min(captured, interfaces[0].mostCaptured());
    }
    return take(SIMPLE_HEAD_BYTES, captured);
  }

  private boolean take(int headBytes, long captured) throws IOException {
    if (captured > MOST_PACKET_BYTES || captured > blockBytes - headBytes - TAIL_BYTES) {
      return damaged(
          "no packet: it would have %d bytes in a block of %d".formatted(captured, blockBytes));
    }
    if (!input.has(headBytes + (int) captured)) {
      return damaged("cut off in a packet");
    }
    input.skip(headBytes);
    restOfBlock = blockBytes - headBytes;
    packetAt = input.at();
    capturedBytes = (int) captured;
    return true;
  }
}
