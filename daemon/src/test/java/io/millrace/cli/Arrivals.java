package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Many loopback ports, read by one thread. For each it is known whether the datagrams of a
 * sequenced stream came without a gap.
 */
final class Arrivals implements AutoCloseable {
  private static final long POLL_NS = 5_000_000;

  private final Selector selector;
  private final List<DatagramChannel> channels = new ArrayList<>();

  /** The sequence number that each port is to get next; -1: it has got none. */
  private final AtomicLongArray next;

  /** What came instead of what was due, at first. */
  private volatile String gap = "";

  private Arrivals(int ports) throws IOException {
    selector = Selector.open();
    next = new AtomicLongArray(ports);
    for (int port = 0; port < ports; port++) {
      DatagramChannel channel = DatagramChannel.open();
      channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, port);
      channels.add(channel);
      next.set(port, -1);
    }
  }

  static Arrivals open(int ports) {
    try {
      Arrivals arrivals = new Arrivals(ports);
      Thread.ofPlatform().daemon().start(arrivals::receive);
      return arrivals;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** "127.0.0.1:1234". */
  String address(int port) {
    return "127.0.0.1:" + channels.get(port).socket().getLocalPort();
  }

  /** The addresses from one port to another, as a configuration has them. */
  String addresses(int from, int to) {
    List<String> quoted = new ArrayList<>();
    for (int port = from; port < to; port++) {
      quoted.add("\"" + address(port) + "\"");
    }
    return String.join(", ", quoted);
  }

  private void receive() {
    ByteBuffer datagram = ByteBuffer.allocate(2048);
    try {
      while (selector.select() >= 0) {
        for (SelectionKey key : selector.selectedKeys()) {
          DatagramChannel channel = (DatagramChannel) key.channel();
          while (channel.receive(datagram.clear()) != null) {
            arrived((Integer) key.attachment(), datagram.getLong(0));
          }
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException | ClosedSelectorException closed) {
      // The test is over.
    }
  }

  private void arrived(int port, long sequence) {
    long due = next.get(port);
    if (due >= 0 && due != sequence && gap.isEmpty()) {
      gap = "port %d: %d came instead of %d".formatted(port, sequence, due);
    }
    next.set(port, sequence + 1);
  }

  /** The number after the last that a port has got; -1: it has got none. */
  long next(int port) {
    return next.get(port);
  }

  /** Waits until a port has got so much, and no port has missed or repeated anything. */
  void reach(int port, long count) {
    while (next.get(port) < count && gap.isEmpty()) {
      LockSupport.parkNanos(POLL_NS);
    }
    assertThat(gap).isEmpty();
  }

  @Override
  public void close() {
    try {
      selector.close();
      for (DatagramChannel channel : channels) {
        channel.close();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
