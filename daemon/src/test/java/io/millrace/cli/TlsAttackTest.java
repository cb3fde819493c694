package io.millrace.cli;

import io.millrace.admin.AdminClient;
import io.millrace.admin.TestIdentity;
import io.millrace.admin.TlsContexts;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The same over TLS: what no client would send comes through a connection that is secured as it
 * should be, or instead of its handshake.
 */
final class TlsAttackTest extends AdminAttackTest {
  private @Nullable TestIdentity server;

  private TestIdentity server() {
    if (server == null) {
      server = TestIdentity.make(folder, "server");
    }
    return server;
  }

  @Override
  String tls() {
    return "tls { certificate = \"%s\", key = \"%s\" }"
        .formatted(server().certificateFile(), server().keyFile());
  }

  @Override
  AdminClient client(String admin) {
    return new AdminClient(admin, null, server().trusted());
  }

  @Override
  Socket secured(Socket connection) throws IOException {
    try {
      SSLContext context = TlsContexts.of(null, List.of(server().certificate()));
      SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(connection, "127.0.0.1", connection.getPort(), true);
      socket.setSoTimeout(connection.getSoTimeout());
      socket.startHandshake();
      return socket;
    } catch (GeneralSecurityException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Of a hello of 512 bytes. */
  @Override
  String beginning() {
    return "\26\3\1\2\0\1\0\1\374\3\3" + "r".repeat(32);
  }
}
