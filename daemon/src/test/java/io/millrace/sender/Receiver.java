package io.millrace.sender;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A loopback socket that keeps every datagram, received by a thread of its own. */
final class Receiver implements AutoCloseable {
  private static final int QUIET_MS = 5000;

  private final DatagramSocket socket;

  private Receiver(DatagramSocket socket) {
    this.socket = socket;
  }

  static Receiver open() {
    return open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  static Receiver open(InetSocketAddress address) {
    try {
      DatagramSocket socket = new DatagramSocket(address);
      socket.setReceiveBufferSize(4 << 20);
      socket.setSoTimeout(QUIET_MS);
      return new Receiver(socket);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /**
   * The next so many payloads in order of arrival, or fewer when nothing comes for some seconds.
   */
  CompletableFuture<List<byte[]>> receive(int count) {
    return CompletableFuture.supplyAsync(
        () -> {
          List<byte[]> payloads = new ArrayList<>();
          DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
          try {
            while (payloads.size() < count) {
              socket.receive(packet);
              payloads.add(Arrays.copyOf(packet.getData(), packet.getLength()));
            }
          } catch (SocketTimeoutException quiet) {
            // the caller sees how many there are
          } catch (IOException failure) {
            throw new AssertionError(failure);
          }
          return payloads;
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }

  /** The sequence number of each payload. */
  static List<Long> sequences(List<byte[]> payloads) {
    List<Long> sequences = new ArrayList<>();
    for (byte[] payload : payloads) {
      sequences.add(ByteBuffer.wrap(payload).getLong());
    }
    return sequences;
  }

  @Override
  public void close() {
    socket.close();
  }
}
