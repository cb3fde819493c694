package io.millrace.stream.ts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * The packets of a transport stream, one after the other. Where one doesn't begin with the sync
 * byte, it goes on at the next place where several in a row do. Two of them on the same bytes find
 * the same packets. Owned by one thread.
 */
public final class TsInput {
  /** So many packets in a row must begin with a sync byte, as far as there are so many. */
  static final int IN_SYNC = 5;

  private static final int BUFFER_BYTES = 680 * TsPacket.BYTES; // about 128 KiB

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  private long bytesBefore;
  private boolean onPacket;
  private long losses;
  private long lostAt;
  private int cutBytes;
  private boolean ended;

  /** Nothing read; the channel stays the caller's. */
  public TsInput(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /**
   * Goes to the next packet.
   *
   * @return false at the end
   */
  public boolean next() throws IOException {
    if (onPacket) {
      onPacket = false;
      buffer.position(buffer.position() + TsPacket.BYTES);
    }
    if (!has(TsPacket.BYTES)) {
      cutBytes = buffer.remaining();
      buffer.position(buffer.limit());
      return false;
    }
    onPacket = buffer.get(buffer.position()) == TsPacket.SYNC || findSync();
    return onPacket;
  }

  private boolean findSync() throws IOException {
    losses++;
    lostAt = offset();
    do {
      buffer.position(buffer.position() + 1);
      if (!has(TsPacket.BYTES)) {
        buffer.position(buffer.limit());
        return false;
      }
    } while (!isInSync());
    return true;
  }

  private boolean isInSync() throws IOException {
    for (int packet = 0; packet < IN_SYNC; packet++) {
      int ahead = packet * TsPacket.BYTES;
      if (packet > 0 && !has(ahead + TsPacket.BYTES)) {
        return buffer.remaining() % TsPacket.BYTES == 0; // the last packets
      }
      if (buffer.get(buffer.position() + ahead) != TsPacket.SYNC) {
        return false;
      }
    }
    return true;
  }

  /** Whether so many bytes follow, the position's among them. */
  private boolean has(int bytes) throws IOException {
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

  /** What the packet lies in, from {@link #at()} on; until the next call of {@link #next()}. */
  public ByteBuffer buffer() {
    return buffer;
  }

  public int at() {
    return buffer.position();
  }

  /** Where the packet begins in the file. */
  public long offset() {
    return bytesBefore + buffer.position();
  }

  /** How often packets did not begin where they should. */
  public long losses() {
    return losses;
  }

  /** Where the last of these was. */
  public long lostAt() {
    return lostAt;
  }

  /** At the end: bytes of a packet that isn't whole. */
  public int cutBytes() {
    return cutBytes;
  }
}
