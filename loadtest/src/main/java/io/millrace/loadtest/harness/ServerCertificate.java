package io.millrace.loadtest.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key and a certificate for 127.0.0.1 that it has signed itself, made by the JDK's keytool.
 *
 * @param file of the certificate, PEM
 * @param key PEM
 * @param trusting what a client needs to talk to a server that shows it
 */
public record ServerCertificate(Path file, Path key, SSLContext trusting) {
  private static final String PASSWORD = "changeit";
  private static final int LINE = 64;

  /**
   * Makes one.
   *
   * @param folder in which nothing of this name is
   * @throws HarnessException if keytool doesn't
   */
  public static ServerCertificate make(Path folder, String name) {
    Path store = folder.resolve(name + ".p12");
    ManagedProcess.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD,
            "-alias",
            "own",
            "-dname",
            "CN=" + name,
            "-keyalg",
            "RSA", // the dearest to compute for a server
            "-keysize",
            "2048",
            "-ext",
            "san=ip:127.0.0.1",
            "-validity",
            "2"));
    char[] password = PASSWORD.toCharArray();
    try {
      KeyStore made = KeyStore.getInstance(store.toFile(), password);
      Certificate certificate = made.getCertificate("own");
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, password);
      trusted.setCertificateEntry("server", certificate);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return new ServerCertificate(
          write(folder.resolve(name + ".crt"), "CERTIFICATE", certificate.getEncoded()),
          write(
              folder.resolve(name + ".key"),
              "PRIVATE KEY",
              made.getKey("own", password).getEncoded()),
          context);
    } catch (IOException | GeneralSecurityException failure) {
      throw new HarnessException("no certificate: " + failure, failure);
    }
  }

  private static Path write(Path file, String label, byte[] bytes) throws IOException {
    String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, body));
  }
}
