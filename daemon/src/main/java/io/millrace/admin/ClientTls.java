package io.millrace.admin;

import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** What a client of the admin server trusts, and shows. Any thread. */
public final class ClientTls {
  private final SSLSocketFactory sockets;
  private final HostnameVerifier names;

  /**
   * Trust in authorities, or in the very certificates of servers.
   *
   * @param trusted null: the authorities that the JDK comes with
   * @param known a server's own certificate, which may be shown under any name; null: the
   *     certificate has to name the address that is asked
   * @param own what the client shows; null: nothing
   * @throws GeneralSecurityException if the JDK takes no such key or certificate
   */
  public ClientTls(
      @Nullable List<X509Certificate> trusted,
      @Nullable X509Certificate known,
      TlsContexts.@Nullable Identity own)
      throws GeneralSecurityException {
    sockets = TlsContexts.of(own, trusted).getSocketFactory();
    // It is asked only where the certificate doesn't name the address.
    names = (_, session) -> known != null && known.equals(shown(session));
  }

  private static @Nullable Certificate shown(SSLSession session) {
    try {
      return session.getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException anonymous) {
      return null;
    }
  }

  void prepare(HttpsURLConnection connection) {
    connection.setSSLSocketFactory(sockets);
    connection.setHostnameVerifier(names);
  }
}
