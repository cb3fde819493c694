package io.millrace.loadtest.receiver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Sends datagrams to a receiver under test, by the JDK's own means. */
final class Loopback implements AutoCloseable {
  private final DatagramChannel channel;

  Loopback(InetSocketAddress to) throws IOException {
    channel = DatagramChannel.open().connect(to);
  }

  /** A sequenced payload of {@code bytes}, sent now. */
  void sequenced(long sequence, int bytes) throws IOException {
    long nowNs = System.currentTimeMillis() * 1_000_000;
    ByteBuffer payload = ByteBuffer.allocate(bytes);
    payload.putLong(0, sequence).putLong(8, nowNs);
    raw(payload);
  }

  void raw(ByteBuffer payload) throws IOException {
    int bytes = payload.remaining();
    int sent = channel.write(payload);
    if (sent != bytes) {
      throw new IOException(sent + " bytes sent of " + bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
