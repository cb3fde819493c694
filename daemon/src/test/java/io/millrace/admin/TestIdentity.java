package io.millrace.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key and a certificate that it has signed itself, for 127.0.0.1, made by the JDK's keytool.
 *
 * @param certificateFile in PEM
 * @param keyFile in PEM
 */
public record TestIdentity(
    X509Certificate certificate, PrivateKey key, Path certificateFile, Path keyFile) {
  private static final String PASSWORD = "changeit";

  /** Makes one, with its files in the folder, in which nothing else has this name. */
  public static TestIdentity make(Path folder, String name) {
    Path store = folder.resolve(name + ".p12");
    Path log = folder.resolve(name + ".log");
    List<String> command =
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
            "EC",
            "-groupname",
            "secp256r1",
            "-ext",
            "san=ip:127.0.0.1",
            "-validity",
            "2");
    try {
      Process keytool =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (keytool.waitFor() != 0) {
        throw new AssertionError(Files.readString(log));
      }
      char[] password = PASSWORD.toCharArray();
      KeyStore made = KeyStore.getInstance(store.toFile(), password);
      X509Certificate certificate = (X509Certificate) made.getCertificate("own");
      PrivateKey key = (PrivateKey) made.getKey("own", password);
      return new TestIdentity(
          certificate,
          key,
          write(folder.resolve(name + ".crt"), "CERTIFICATE", certificate.getEncoded()),
          write(folder.resolve(name + ".key"), "PRIVATE KEY", key.getEncoded()));
    } catch (IOException | InterruptedException | GeneralSecurityException failure) {
      throw new AssertionError(failure);
    }
  }

  private static Path write(Path file, String label, byte[] bytes) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, body));
  }

  /** What is shown. */
  public TlsContexts.Identity own() {
    return new TlsContexts.Identity(List.of(certificate), key);
  }

  /** A client that trusts this server. */
  public ClientTls trusted() {
    return trustedBy(null);
  }

  /** A client that trusts this server, and shows something. */
  public ClientTls trustedBy(TlsContexts.@Nullable Identity client) {
    try {
      return new ClientTls(List.of(certificate), null, client);
    } catch (GeneralSecurityException failure) {
      throw new AssertionError(failure);
    }
  }
}
