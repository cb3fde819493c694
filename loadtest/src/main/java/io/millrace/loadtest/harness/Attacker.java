package io.millrace.loadtest.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Does to the admin server of a daemon on this machine what no client would: connections without an
 * end, requests by halves, too long, malformed, pipelined. Bounded: a thousand connections open at
 * a time, two thousand new ones a second. Over loopback only. A thread of its own.
 */
public final class Attacker implements AutoCloseable {
  private static final int OPEN = 1000;
  private static final long BETWEEN_NS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final int CONNECT_MS = 200;

  /** For each other connection to a server with TLS. */
  private static final int HELLOS = 9;

  private static final List<String> REQUESTS =
      List.of(
          "",
          "GET /metr",
          "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET /metrics HTTP/1.1\r\nX: " + "y".repeat(50_000) + "\r\n\r\n",
          "GET /" + "a".repeat(50_000) + " HTTP/1.1\r\n\r\n",
          "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx",
          "POST /-/reload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n",
          "\0\1\2\3\r\n\r\n",
          "GET /%zz HTTP/1.1\r\n\r\n",
          "GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n".repeat(20));

  /** Of what begins a connection to a server with TLS; see {@link #hello}. */
  private static final List<String> NO_HELLOS =
      List.of("", "\26\3\1\2\0\1\0\1\374\3\3half a hello", "GET /metrics HTTP/1.1\r\n\r\n");

  private final InetSocketAddress address;
  private final List<byte[]> requests;
  private final Deque<Socket> open = new ArrayDeque<>();
  private final AtomicLong connections = new AtomicLong();
  private final Thread thread;
  private volatile boolean ended;

  private Attacker(int port, List<byte[]> requests) {
    this.requests = requests;
    address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    thread = Thread.ofPlatform().daemon().name("attacker").start(this::attack);
  }

  /** Begins; it goes on until it is closed. */
  public static Attacker start(int port) {
    return new Attacker(port, bytes(REQUESTS));
  }

  /**
   * Begins against a server with TLS. Most connections say hello as they should, which has the
   * server compute its part of a handshake, and then no more.
   *
   * @param context of a client
   */
  public static Attacker start(int port, SSLContext context) {
    List<byte[]> requests = new ArrayList<>(bytes(NO_HELLOS));
    byte[] hello = hello(context);
    requests.addAll(Collections.nCopies(HELLOS, hello));
    return new Attacker(port, requests);
  }

  private static List<byte[]> bytes(List<String> requests) {
    return requests.stream().map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList();
  }

  private static byte[] hello(SSLContext context) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    try {
      engine.wrap(ByteBuffer.allocate(0), hello);
    } catch (SSLException failure) {
      throw new HarnessException("no hello: " + failure, failure);
    }
    return Arrays.copyOf(hello.array(), hello.position());
  }

  /** How often it has connected; any thread. */
  public long connections() {
    return connections.get();
  }

  private void attack() {
    for (int at = 0; !ended; at = (at + 1) % requests.size()) {
      if (open.size() >= OPEN) {
        close(open.removeFirst());
      }
      Socket socket = new Socket();
      open.addLast(socket);
      try {
        socket.connect(address, CONNECT_MS);
        connections.incrementAndGet();
        socket.getOutputStream().write(requests.get(at));
      } catch (IOException refused) {
        // As it should be: there are too many.
        close(socket);
      }
      LockSupport.parkNanos(BETWEEN_NS);
    }
    open.forEach(Attacker::close);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException failure) {
      throw new HarnessException("a socket doesn't close: " + failure, failure);
    }
  }

  /** Ends, with all of its connections. */
  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }
}
