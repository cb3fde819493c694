package io.millrace.admin;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes contexts for TLS from keys and certificates. Any thread. */
public final class TlsContexts {
  /** Of key stores that never leave memory. */
  private static final char[] NO_PASSWORD = {};

  private TlsContexts() {}

  /**
   * Who one is.
   *
   * @param chain the certificate of the key, then those that lead to a root
   */
  public record Identity(List<X509Certificate> chain, PrivateKey key) {
    public Identity {
      chain = List.copyOf(chain);
    }
  }

  /**
   * Makes a context.
   *
   * @param own null: nothing to show
   * @param trusted whose certificates, and those that they sign, are taken; empty: none are; null:
   *     those that the JDK comes with
   * @throws GeneralSecurityException if the JDK takes no such key or certificate
   */
  public static SSLContext of(@Nullable Identity own, @Nullable List<X509Certificate> trusted)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        own == null ? null : keyManagers(own),
        trusted == null ? null : trustManagers(trusted),
        null);
    return context;
  }

  private static KeyManager[] keyManagers(Identity own) throws GeneralSecurityException {
    KeyStore store = emptyStore();
    store.setKeyEntry("own", own.key(), NO_PASSWORD, own.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static TrustManager[] trustManagers(List<X509Certificate> trusted)
      throws GeneralSecurityException {
    if (trusted.isEmpty()) { // a factory would refuse
      return new TrustManager[0];
    }
    KeyStore store = emptyStore();
    for (int index = 0; index < trusted.size(); index++) {
      store.setCertificateEntry("trusted-" + index, trusted.get(index));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, NO_PASSWORD);
      return store;
    } catch (IOException impossible) {
      throw new AssertionError("nothing is read", impossible);
    }
  }
}
