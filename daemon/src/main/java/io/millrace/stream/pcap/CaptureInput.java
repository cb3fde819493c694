package io.millrace.stream.pcap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/**
 * The bytes of a capture file in the order in which they stand there, a piece of it in memory at a
 * time. Owned by one thread.
 */
public final class CaptureInput {
  /** The longest packet with its header, and enough of the next ones to read seldom. */
  static final int BUFFER_BYTES = 512 * 1024;

  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);

  /** The same bytes for what is in the packets, which is big-endian whatever the file is. */
  private final ByteBuffer packets = buffer.duplicate().clear().order(ByteOrder.BIG_ENDIAN);

  private ReadableByteChannel channel;
  private long bytesBefore;
  private boolean ended;

  /** Nothing read; the channel stays the caller's. */
  public CaptureInput(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /** Begins anew with another channel, or with the same one, from where it is now. */
  public void restart(ReadableByteChannel another) {
    channel = another;
    bytesBefore = 0;
    ended = false;
    buffer.limit(0);
  }

  /** How the file's own numbers stand in it, from here on. */
  void order(ByteOrder order) {
    buffer.order(order);
  }

  /**
   * Whether so many bytes follow; they are in memory then, from {@link #at()} on.
   *
   * @param bytes at most {@link #BUFFER_BYTES}
   */
  boolean has(int bytes) throws IOException {
    while (buffer.remaining() < bytes) {
      if (ended) {
        return false;
      }
      bytesBefore += buffer.position();
      buffer.compact();
      ended = channel.read(buffer) < 0;
      buffer.flip();
    }
    return true;
  }

  /** Leaves out so many bytes; false if there are fewer. */
  boolean skip(long bytes) throws IOException {
    long left = bytes;
    while (left > buffer.remaining()) {
      left -= buffer.remaining();
      buffer.position(buffer.limit());
      if (!has(1)) {
        return false;
      }
    }
    buffer.position(buffer.position() + (int) left);
    return true;
  }

  int at() {
    return buffer.position();
  }

  /** Where {@link #at()} is in the file. */
  long offset() {
    return bytesBefore + buffer.position();
  }

  /** A number of 16 bits, so many bytes behind {@link #at()}. */
  int u16(int from) {
    return Short.toUnsignedInt(buffer.getShort(buffer.position() + from));
  }

  /** The same of 32 bits. */
  long u32(int from) {
    return Integer.toUnsignedLong(buffer.getInt(buffer.position() + from));
  }

  int s32(int from) {
    return buffer.getInt(buffer.position() + from);
  }

  long s64(int from) {
    return buffer.getLong(buffer.position() + from);
  }

  int u8(int from) {
    return Byte.toUnsignedInt(buffer.get(buffer.position() + from));
  }

  /** All of the memory, big-endian, to be read by index alone. */
  ByteBuffer packets() {
    return packets;
  }
}
