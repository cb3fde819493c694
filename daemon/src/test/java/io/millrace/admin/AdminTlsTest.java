package io.millrace.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.metrics.DaemonMetrics;
import io.millrace.metrics.EngineViews;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The admin server over TLS. */
@Timeout(60)
final class AdminTlsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir private static Path folder = Path.of("");
  private static TestIdentity first = unmade();
  private static TestIdentity second = unmade();

  private final EngineViews engine = new EngineViews();
  private final DaemonMetrics metrics = new DaemonMetrics(engine.view());
  private final ServerTls tls = ServerTls.of(context(first, null), false);
  private final AdminServer server = start();

  @SuppressWarnings("NullAway") // until @BeforeAll
  private static TestIdentity unmade() {
    return null;
  }

  @BeforeAll
  static void makeKeys() {
    first = TestIdentity.make(folder, "first");
    second = TestIdentity.make(folder, "second");
  }

  private AdminServer start() {
    AccessRules access = new AccessRules("127.0.0.1", true, null);
    ApiHandler api =
        new ApiHandler(
            new StatusReport(engine.view()),
            new LiveFeed(engine.view(), access),
            new RecordingControl(),
            access);
    try {
      return AdminServer.bind(ANY_PORT, tls).serve(metrics, () -> true, List::of, api);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @AfterEach
  void close() {
    server.close();
    metrics.close();
  }

  /** A server's, if it asks for certificates of clients those that {@code client} signs. */
  private static SSLContext context(TestIdentity own, @Nullable TestIdentity client) {
    List<X509Certificate> trusted = client == null ? List.of() : List.of(client.certificate());
    try {
      return TlsContexts.of(own.own(), trusted);
    } catch (GeneralSecurityException failure) {
      throw new AssertionError(failure);
    }
  }

  private AdminClient client(@Nullable ClientTls trust) {
    return new AdminClient("127.0.0.1:" + server.address().getPort(), null, trust);
  }

  private SSLSocket connect() throws IOException, GeneralSecurityException {
    SSLSocket socket =
        (SSLSocket)
            TlsContexts.of(null, List.of(first.certificate(), second.certificate()))
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.address().getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private Certificate shown() throws IOException, GeneralSecurityException {
    try (SSLSocket socket = connect()) {
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  /** Whether a request on an open connection is answered well. */
  private static boolean isHealthy(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    byte[] answer = new byte[4096];
    int length = 0;
    while (!new String(answer, 0, length, StandardCharsets.UTF_8).endsWith("healthy\n")) {
      int read = socket.getInputStream().read(answer, length, answer.length - length);
      if (read < 0) {
        return false;
      }
      length += read;
    }
    return new String(answer, 0, length, StandardCharsets.UTF_8).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void readsAndChangesGoOverTls() throws IOException {
    assertThat(client(first.trusted()).get("/-/healthy").status()).isEqualTo(200);
    assertThat(client(first.trusted()).get("/metrics").body()).contains("millrace_");
    assertThat(client(first.trusted()).post("/-/reload", "").status()).isEqualTo(200);
  }

  @Test
  void whoSpeaksPlainHttpOrTrustsAnotherIsNotAnswered() {
    assertThatThrownBy(() -> client(null).get("/-/healthy")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> client(second.trusted()).get("/-/healthy"))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void nothingOlderThanTls12IsSpoken() throws Exception {
    assertThat(tls.createSSLEngine().getEnabledProtocols())
        .containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
    for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
      try (SSLSocket socket = connect()) {
        socket.setEnabledProtocols(new String[] {protocol});
        assertThat(isHealthy(socket)).isTrue();
        assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
      }
    }
  }

  @Test
  void anotherCertificateIsShownFromTheNextConnectionOn() throws Exception {
    assertThat(shown()).isEqualTo(first.certificate());
    try (SSLSocket open = connect()) {
      assertThat(isHealthy(open)).isTrue();
      tls.become(context(second, null), false);
      assertThat(shown()).isEqualTo(second.certificate());
      assertThat(client(second.trusted()).get("/-/healthy").status()).isEqualTo(200);
      assertThat(isHealthy(open)).as("on the connection that was open").isTrue();
    }
  }

  @Test
  void clientsNeedACertificateWhereTheyAreAskedForOne() throws Exception {
    tls.become(context(first, second), true);
    assertThatThrownBy(() -> client(first.trusted()).get("/-/healthy"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> client(first.trustedBy(first.own())).get("/-/healthy"))
        .isInstanceOf(IOException.class);
    assertThat(client(first.trustedBy(second.own())).get("/-/healthy").status()).isEqualTo(200);
    tls.become(context(first, null), false);
    assertThat(client(first.trusted()).get("/-/healthy").status()).isEqualTo(200);
  }

  /** A session that began without a certificate doesn't go on where one is needed. */
  @Test
  void sessionsEndWithTheContextThatTheyAreOf() throws Exception {
    SSLContext context = TlsContexts.of(null, List.of(first.certificate()));
    for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
      tls.become(context(first, null), false);
      assertThat(answered(context, protocol)).isTrue();
      assertThat(answered(context, protocol)).isTrue();
      tls.become(context(first, second), true);
      assertThatThrownBy(() -> answered(context, protocol)).isInstanceOf(IOException.class);
    }
  }

  private boolean answered(SSLContext context, String protocol) throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket.setSoTimeout(20_000);
      socket.setEnabledProtocols(new String[] {protocol});
      return isHealthy(socket);
    }
  }

  /** On the JDK's dispatcher and timers, which must not wait for anybody; nor does this thread. */
  @Test
  void closingWritesNothingWhereNobodyMayWait() throws Exception {
    SSLEngine engine = tls.createSSLEngine();
    engine.closeOutbound();
    SSLEngineResult result = engine.wrap(ByteBuffer.allocate(0), ByteBuffer.allocate(20_000));
    assertThat(result.getStatus()).isEqualTo(SSLEngineResult.Status.CLOSED);
    assertThat(result.bytesProduced()).isZero();
  }

  /** The thread of its request may: it is interrupted if that takes long. */
  @Test
  void whoSpeaksPlainHttpIsToldByAnAlert() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      assertThat(socket.getInputStream().read()).as("content type").isEqualTo(21);
    }
  }

  /** The JDK's server asks for it with each connection. */
  @Test
  void nobodyIsAskedForTheNameOfAnAddress() throws Exception {
    byte[] address = {127, 0, 0, 1};
    assertThat(InetAddress.getByAddress(address).getHostName()).isEqualTo("127.0.0.1");
    assertThat(InetAddress.getByName("localhost").isLoopbackAddress()).isTrue();
  }
}
