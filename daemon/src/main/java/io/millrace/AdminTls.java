package io.millrace;

import io.millrace.admin.ServerTls;
import io.millrace.admin.TlsContexts;
import io.millrace.config.TlsMaterial;
import io.millrace.config.TlsProblemsException;
import io.millrace.config.TlsSettings;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificate and key of the admin server, which are read again with each reload. Owned by the
 * thread that starts the daemon, then by the control thread.
 */
final class AdminTls {
  private static final Logger LOG = LoggerFactory.getLogger(AdminTls.class);

  private final ServerTls server;
  private TlsMaterial material;

  private AdminTls(TlsMaterial material) {
    this.material = material;
    server = ServerTls.of(context(material), !material.clientCas().isEmpty());
  }

  /**
   * Reads the files.
   *
   * @return null: plain HTTP
   * @throws StartupException if they can't be used, which was otherwise a moment ago
   */
  static @Nullable AdminTls of(@Nullable TlsSettings settings) throws StartupException {
    if (settings == null) {
      return null;
    }
    try {
      return new AdminTls(TlsMaterial.read(settings));
    } catch (TlsProblemsException bad) {
      throw new StartupException(ExitCode.USAGE, "millrace.admin.tls: " + bad.getMessage());
    }
  }

  ServerTls server() {
    return server;
  }

  /** "certificate CN=admin.example until 2027-01-31T12:00:00Z, clients need one too". */
  String describe() {
    X509Certificate own = material.chain().getFirst();
    return "certificate %s until %s%s"
        .formatted(
            own.getSubjectX500Principal(),
            own.getNotAfter().toInstant(),
            material.clientCas().isEmpty() ? "" : ", clients need one too");
  }

  /**
   * Reads the files anew.
   *
   * @return what makes the server use them, from the next connection on
   * @throws TlsProblemsException if they can't be used; nothing has changed then
   */
  Runnable reread(TlsSettings settings) throws TlsProblemsException {
    TlsMaterial next = TlsMaterial.read(settings);
    if (next.equals(material)) {
      return () -> {};
    }
    SSLContext context = context(next);
    return () -> {
      server.become(context, !next.clientCas().isEmpty());
      material = next;
      LOG.info("admin: {}", describe());
    };
  }

  private static SSLContext context(TlsMaterial material) {
    try {
      return TlsContexts.of(
          new TlsContexts.Identity(material.chain(), material.key()), material.clientCas());
    } catch (GeneralSecurityException impossible) {
      // The files have been read, the key fits, and nothing else is asked for.
      throw new IllegalStateException("TLS can't be set up", impossible);
    }
  }
}
