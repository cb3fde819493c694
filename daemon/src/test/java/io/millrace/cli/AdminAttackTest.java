package io.millrace.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admin.AdminClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon of its own whose admin server gets what no client would send. It must answer with a
 * status or close, tell nothing of its insides, and be as it was afterwards: threads, descriptors,
 * log. Only over loopback, and bounded.
 */
@Timeout(240)
class AdminAttackTest {
  private static final int CONNECTIONS = 1000;
  private static final int ACCEPTED = 256;

  /** Of the JDK's server, instead of 12 s and 122 s, so that the test is over sooner. */
  private static final int REQUEST_SECONDS = 5;

  private static final int ANSWER_SECONDS = 6;

  private static final int SILENT = 48;

  /** So that answers which nobody reads soon fill what there is on the way. */
  private static final int RECEIVE_BYTES = 4096;

  private static final int READ_MS = 15_000;
  private static final List<String> INSIDES =
      List.of("Exception", "io.millrace", "sun.net", "java.", "\tat ");

  @TempDir Path folder = Path.of("");
  private @Nullable MillraceProcess running;
  private String address = "";

  @BeforeEach
  void start() throws Exception {
    start(REQUEST_SECONDS, ANSWER_SECONDS);
  }

  private void start(int requestSeconds, int answerSeconds) throws Exception {
    Path config =
        MillraceProcess.config(
            folder,
            """
            admin { listen = "127.0.0.1:0", control = true, %s }
            buffers { slot-size = 2 KiB, slots-per-ring = 64 }
            rings.idle = park
            streams.news {
              source { type = generator, datagram-size = 100 }
              pace { datagrams-per-second = 100 }
              targets = [ "127.0.0.1:9" ]
            }
            """
                .formatted(tls()));
    String options =
        "-Dsun.net.httpserver.maxReqTime=%1$d -Dsun.net.httpserver.idleInterval=%1$d -Dsun.net.httpserver.maxRspTime=%2$d"
            .formatted(requestSeconds, answerSeconds);
    MillraceProcess daemon =
        MillraceProcess.start(
            folder, List.of(), Map.of("JAVA_TOOL_OPTIONS", options), "run", config.toString());
    running = daemon;
    address = daemon.awaitRunning();
    assertThat(get("/-/healthy")).isEqualTo(200);
    assertThat(get("/metrics")).isEqualTo(200);
  }

  @AfterEach
  void end() {
    daemon().close();
  }

  private MillraceProcess daemon() {
    return Objects.requireNonNull(running);
  }

  /** What the configuration says of TLS. */
  String tls() {
    return "";
  }

  /** A client that is answered. */
  AdminClient client(String admin) {
    return new AdminClient(admin);
  }

  /** Makes a connection one on which requests are sent. */
  Socket secured(Socket connection) throws IOException {
    return connection;
  }

  /** What a connection may begin with, to be followed by more. */
  String beginning() {
    return "GET /metrics HTTP/1.1\r\nHost: loc";
  }

  private int get(String path) throws IOException {
    return client(address).get(path).status();
  }

  private Socket connect() throws IOException {
    return secured(open());
  }

  private Socket open() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(RECEIVE_BYTES);
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), READ_MS);
    socket.setSoTimeout(READ_MS);
    return socket;
  }

  /** Everything that comes until the server closes. */
  private static String answer(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    byte[] part = new byte[8192];
    try {
      for (int read = socket.getInputStream().read(part);
          read >= 0;
          read = socket.getInputStream().read(part)) {
        answer.append(new String(part, 0, read, ISO_8859_1));
      }
    } catch (SocketTimeoutException open) {
      answer.append("(still open)");
    } catch (SocketException reset) {
      // Closed with something of ours unread: closed all the same.
    }
    return answer.toString();
  }

  private String answerTo(String request) throws IOException {
    try (Socket socket = connect()) {
      try {
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        socket.shutdownOutput();
      } catch (SocketException closedAlready) {
        // It has seen enough; its answer may be there.
      }
      return answer(socket);
    }
  }

  private long count(String what) throws IOException {
    try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(daemon().pid()), what))) {
      return entries.count();
    }
  }

  /** Waits until the server is as before: requests that were cut off may take their time to end. */
  private void awaitCalm(long descriptors, long threads) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    // Compiler threads and carriers come and go; a leak of a thread or a socket a request doesn't.
    while ((count("fd") > descriptors + 5 || count("task") > threads + 15)
        && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    assertThat(count("fd")).as("descriptors").isLessThanOrEqualTo(descriptors + 5);
    assertThat(count("task")).as("threads").isLessThanOrEqualTo(threads + 15);
    assertThat(get("/-/healthy")).isEqualTo(200);
    assertThat(daemon().err().lines().count()).as("lines in the log").isLessThan(100);
    assertThat(daemon().err()).doesNotContain("\tat ");
  }

  private int awaitScrape() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      try {
        return get("/metrics");
      } catch (IOException closed) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
    return 0;
  }

  @Test
  void aThousandConnectionsAreBoundedAndCutOff() throws Exception {
    long descriptors = count("fd");
    long threads = count("task");
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int at = 0; at < CONNECTIONS; at++) {
        Socket socket = open();
        sockets.add(socket);
        try {
          socket.getOutputStream().write(beginning().getBytes(ISO_8859_1));
        } catch (SocketException closed) {
          // One too many.
        }
      }
      assertThat(count("fd")).isLessThanOrEqualTo(descriptors + ACCEPTED + 10);
      for (Socket socket : sockets) {
        assertThat(answer(socket)).doesNotContain("(still open)", "200 OK");
      }
      assertThat(awaitScrape()).isEqualTo(200);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    awaitCalm(descriptors, threads);
  }

  @Test
  void whatComesByTheByteIsCutOff() throws Exception {
    long descriptors = count("fd");
    long threads = count("task");
    String head = "POST /-/reload HTTP/1.1\r\nHost: localhost\r\n";
    List<String> slow =
        List.of(
            "", // says nothing at all
            "GET /metrics HTTP/1.1\r\nX-", // headers
            head + "Content-Length: 1000\r\n\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n");
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int at = 0; at < 40; at++) {
        Socket socket = connect();
        sockets.add(socket);
        socket.getOutputStream().write(slow.get(at % slow.size()).getBytes(ISO_8859_1));
      }
      List<Socket> beginners = new ArrayList<>();
      for (int at = 0; at < 10; at++) {
        Socket socket = open();
        sockets.add(socket);
        beginners.add(socket);
        socket.getOutputStream().write(beginning().getBytes(ISO_8859_1));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
      int open = sockets.size();
      while (open > 0 && System.nanoTime() < deadline) {
        assertThat(get("/-/healthy")).as("meanwhile").isEqualTo(200);
        open = 0;
        for (int at = 0; at < sockets.size(); at++) {
          boolean sends = at % slow.size() > 0 || beginners.contains(sockets.get(at));
          open += drip(sockets.get(at), sends) ? 1 : 0;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
      assertThat(open).as("slow connections that are still open").isZero();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    awaitCalm(descriptors, threads);
  }

  /** Sends one more byte; whether the connection still stands. */
  private static boolean drip(Socket socket, boolean send) {
    try {
      socket.setSoTimeout(1);
      if (send) {
        socket.getOutputStream().write('x');
      }
      return socket.getInputStream().read() >= 0;
    } catch (SocketTimeoutException nothing) {
      return true;
    } catch (IOException closed) {
      return false;
    }
  }

  /**
   * The more a client asks for without taking anything in, the more of it waits on the way: in the
   * middle of an answer, at its end, and behind it, where the server wants to close.
   */
  @Test
  void whoTakesNothingInHoldsUpNobody() throws Exception {
    long descriptors = count("fd");
    long threads = count("task");
    List<Socket> sockets = silent(0);
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3 + ANSWER_SECONDS);
      while (System.nanoTime() - end < 0) {
        assertThat(get("/-/healthy")).as("meanwhile").isEqualTo(200);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
      awaitCalm(descriptors, threads); // though no client has closed
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void whoTakesNothingInDoesNotHoldUpTheStop() throws Exception {
    daemon().close();
    start(100, 100); // so that nothing is given up before
    List<Socket> sockets = silent(SILENT - 6);
    try {
      awaitStuck();
      daemon().signal("TERM");
      long beganNs = System.nanoTime();
      daemon().hasExited(0);
      assertThat(System.nanoTime() - beganNs).isLessThan(TimeUnit.SECONDS.toNanos(20));
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Until the daemon works no more than its stream makes it: its answers fill the sockets. */
  private void awaitStuck() throws IOException {
    long before;
    long now = ticks();
    do {
      before = now;
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      now = ticks();
    } while (now - before > 20);
  }

  /** Of CPU time, 10 ms each; proc_pid_stat(5). */
  private long ticks() throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(daemon().pid()), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /**
   * Clients that ask, one more often than the other, and read nothing; every second says goodbye.
   */
  private List<Socket> silent(int from) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    String request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n";
    for (int at = from; at < SILENT; at++) {
      Socket socket = connect();
      sockets.add(socket);
      String last = at % 2 == 0 ? request + "\r\n" : request + "Connection: close\r\n\r\n";
      byte[] asked = ((request + "\r\n").repeat(at * at / 5) + last).getBytes(ISO_8859_1);
      socket.getOutputStream().write(asked);
    }
    return sockets;
  }

  private static List<String> junk() {
    String post = "POST /-/reload HTTP/1.1\r\nHost: localhost\r\n";
    String get = "GET /metrics HTTP/1.1\r\n";
    return List.of(
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET  /  HTTP/1.1\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / \0\r\n\r\n",
        "\0\1\2\3\377\376\r\n\r\n",
        "\26\3\1\2\0\1\0\1\374\3\3" + "\7".repeat(500), // a TLS hello
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET mailto:x HTTP/1.1\r\n\r\n",
        "GET //metrics HTTP/1.1\r\n\r\n",
        "GET http://evil.example/metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\n\r\n",
        "CONNECT evil.example:1 HTTP/1.1\r\n\r\n",
        "TRACE /metrics HTTP/1.1\r\n\r\n",
        "BREW /api/v1/status HTTP/1.1\r\n\r\n",
        "GET /../../../etc/passwd HTTP/1.1\r\n\r\n",
        "GET /api/v1/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\n\r\n",
        "GET /api/v1/%00status HTTP/1.1\r\n\r\n",
        "GET /api/v1/%ff%fe%c0%af HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n\r\n",
        "GET /api/v1/streams/%0d%0aX-Evil:%201/pause HTTP/1.1\r\n\r\n",
        "GET /metrics?" + "a=b&".repeat(50_000) + " HTTP/1.1\r\n\r\n",
        "GET /" + "a".repeat(200_000) + " HTTP/1.1\r\n\r\n",
        get + "X: y\r\n".repeat(1000) + "\r\n",
        get + "X: " + "y".repeat(200_000) + "\r\n\r\n",
        get + "no colon\r\n: no name\r\n\r\n",
        get + "Bad Name: x\r\n\r\n",
        get + "Host: a\r\nHost: b\r\n\r\n",
        post + "Content-Length: -1\r\n\r\n",
        post + "Content-Length: abc\r\n\r\n",
        post + "Content-Length: 99999999999999999999\r\n\r\n",
        post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        post + "Transfer-Encoding: gzip\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
        post + "Transfer-Encoding: chunked\r\n\r\n" + "1;" + "e".repeat(100_000) + "\r\n",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        post + "Content-Length: 100000\r\n\r\n" + "x".repeat(100_000),
        post + "Content-Length: 10\r\n\r\nx", // and no more
        post + "Authorization: " + "z".repeat(10_000) + "\r\n\r\n",
        (get + "Host: localhost\r\n\r\n").repeat(50), // pipelined
        "GET /metrics HTTP/1.0\r\n\r\n");
  }

  @Test
  void junkIsAnsweredOrClosedAndTellsNothing() throws Exception {
    long descriptors = count("fd");
    long threads = count("task");
    for (String request : junk()) {
      // The JDK's server says so itself, before anything of ours is asked: a word, not an inside.
      String answer =
          answerTo(request).replaceFirst("(URISyntax|NumberFormat)Exception thrown$", "");
      String shown = request.substring(0, Math.min(60, request.length()));
      assertThat(answer).as(shown).doesNotContain("(still open)");
      assertThat(answer)
          .as(shown)
          .satisfiesAnyOf(
              nothing -> assertThat(nothing).isEmpty(),
              status -> assertThat(status).matches("(?s)HTTP/1\\.1 [2345]\\d\\d .*"));
      for (String inside : INSIDES) {
        assertThat(answer).as(shown).doesNotContain(inside);
      }
    }
    awaitCalm(descriptors, threads);
  }

  @Test
  void tooMuchIsRefusedWithItsStatus() throws Exception {
    String post = "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    assertThat(answerTo(post + "Content-Length: 5000\r\n\r\n" + "x".repeat(5000)))
        .startsWith("HTTP/1.1 413 ");
    assertThat(
            answerTo(
                post
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + ("64\r\n" + "x".repeat(100) + "\r\n").repeat(20)
                    + "0\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
    assertThat(answerTo("GET /metrics HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
  }
}
