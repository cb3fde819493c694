package io.millrace.config;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the files of {@link TlsSettings} hold. The JDK reads no keys in PEM (JEP 524 is a preview in
 * 25 and 26), so the armour is taken off here; what is inside is the JDK's business. Any thread.
 *
 * @param chain the certificate that the key belongs to, then those that lead to a root; each is
 *     signed by the next
 * @param key RSA or EC
 * @param clientCas who may sign the certificates of clients; empty = they need none
 */
public record TlsMaterial(
    List<X509Certificate> chain, PrivateKey key, List<X509Certificate> clientCas) {

  static final String CERTIFICATE = "certificate";
  static final String KEY = "key";
  static final String CLIENT_CA = "client-ca";

  private static final String ALLOWED_CERTIFICATES = "a PEM file with certificates";
  private static final String ALLOWED_KEYS = "a PEM file with one PRIVATE KEY (PKCS#8), RSA or EC";

  public TlsMaterial {
    chain = List.copyOf(chain);
    clientCas = List.copyOf(clientCas);
  }

  /**
   * Reads the files.
   *
   * @throws TlsProblemsException with everything that is wrong: a file, its contents, a certificate
   *     that isn't valid now, or a key that is another's
   */
  public static TlsMaterial read(TlsSettings settings) throws TlsProblemsException {
    List<TlsProblem> problems = new ArrayList<>();
    List<X509Certificate> chain =
        part(problems, CERTIFICATE, settings.certificate(), () -> chain(settings.certificate()));
    PrivateKey key = part(problems, KEY, settings.key(), () -> key(settings.key()));
    Path clientCa = settings.clientCa();
    List<X509Certificate> clientCas =
        clientCa == null
            ? List.of()
            : part(problems, CLIENT_CA, clientCa, () -> certificatesOf(clientCa));
    if (chain != null && key != null && !belongs(key, chain.getFirst())) {
      problems.add(
          new TlsProblem(
              KEY,
              "%s is not the key of the certificate in %s"
                  .formatted(settings.key(), settings.certificate())));
    }
    if (chain == null || key == null || clientCas == null || !problems.isEmpty()) {
      throw new TlsProblemsException(problems);
    }
    return new TlsMaterial(chain, key, clientCas);
  }

  /**
   * The certificates in a file, for whoever trusts them.
   *
   * @throws TlsProblemsException if there are none
   */
  public static List<X509Certificate> certificates(Path file) throws TlsProblemsException {
    List<TlsProblem> problems = new ArrayList<>();
    List<X509Certificate> read = part(problems, CERTIFICATE, file, () -> certificatesOf(file));
    if (read == null) {
      throw new TlsProblemsException(problems);
    }
    return read;
  }

  private static <T> @Nullable T part(
      List<TlsProblem> problems, String key, Path file, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (InvalidValue wrong) {
      problems.add(new TlsProblem(key, file + " " + wrong.text()));
      return null;
    }
  }

  private static List<X509Certificate> chain(Path file) {
    List<X509Certificate> chain = certificatesOf(file);
    for (int index = 1; index < chain.size(); index++) {
      X509Certificate before = chain.get(index - 1);
      if (!before.getIssuerX500Principal().equals(chain.get(index).getSubjectX500Principal())) {
        throw new InvalidValue(
            "is no chain: certificate %d is not the issuer of the one before it; allowed: the server's certificate first, then each one's issuer"
                .formatted(index + 1));
      }
    }
    X509Certificate own = chain.getFirst();
    String algorithm = own.getPublicKey().getAlgorithm();
    if (!algorithm.equals("RSA") && !algorithm.equals("EC")) {
      throw new InvalidValue("is for a key of the kind %s; allowed: RSA, EC".formatted(algorithm));
    }
    Instant now = Instant.now();
    if (now.isAfter(own.getNotAfter().toInstant())) {
      throw new InvalidValue("expired on " + own.getNotAfter().toInstant());
    }
    if (now.isBefore(own.getNotBefore().toInstant())) {
      throw new InvalidValue("is not valid before " + own.getNotBefore().toInstant());
    }
    return chain;
  }

  private static List<X509Certificate> certificatesOf(Path file) {
    List<X509Certificate> certificates = new ArrayList<>();
    List<PemFile.Block> blocks = PemFile.read(file);
    for (PemFile.Block block : blocks) {
      if (!block.label().equals("CERTIFICATE")) {
        continue;
      }
      try {
        certificates.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.bytes())));
      } catch (CertificateException broken) {
        throw new InvalidValue(
            "has a certificate that can't be read, number %d: %s"
                .formatted(certificates.size() + 1, broken.getMessage()));
      }
    }
    if (certificates.isEmpty()) {
      throw new InvalidValue(
          "has no CERTIFICATE but %s; allowed: %s"
              .formatted(blocks.getFirst().label(), ALLOWED_CERTIFICATES));
    }
    return certificates;
  }

  private static PrivateKey key(Path file) {
    PemFile.Block found = null;
    for (PemFile.Block block : PemFile.read(file)) {
      if (!block.label().endsWith("PRIVATE KEY")) {
        continue; // EC PARAMETERS, or the certificate beside it
      }
      if (found != null) {
        throw new InvalidValue("has several keys; allowed: " + ALLOWED_KEYS);
      }
      found = block;
    }
    if (found == null) {
      throw new InvalidValue("has no PRIVATE KEY; allowed: " + ALLOWED_KEYS);
    }
    String convert = "convert it: openssl pkey -in %s -out NEW".formatted(file);
    // Older forms say it in a header of their own (RFC 1421).
    if (found.label().startsWith("ENCRYPTED") || found.body().contains("ENCRYPTED")) {
      throw new InvalidValue("is encrypted, and nobody is there to give its password; " + convert);
    }
    if (!found.label().equals("PRIVATE KEY")) {
      throw new InvalidValue(
          "is in an older form (%s); allowed: %s; %s"
              .formatted(found.label(), ALLOWED_KEYS, convert));
    }
    return key(found.bytes());
  }

  private static PrivateKey key(byte[] pkcs8) {
    for (String algorithm : List.of("RSA", "EC")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException another) {
        // Then it is of the other kind, or of none.
      } catch (GeneralSecurityException missing) {
        throw new IllegalStateException("a JDK without " + algorithm, missing);
      }
    }
    throw new InvalidValue("has no key of a known kind; allowed: " + ALLOWED_KEYS);
  }

  /** Whether what one signs the other verifies. */
  private static boolean belongs(PrivateKey key, X509Certificate certificate) {
    String algorithm = key.getAlgorithm();
    if (!algorithm.equals(certificate.getPublicKey().getAlgorithm())) {
      return false;
    }
    byte[] sample = {1, 2, 3};
    try {
      Signature signature =
          Signature.getInstance(algorithm.equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
      signature.initSign(key);
      signature.update(sample);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(sample);
      return signature.verify(signed);
    } catch (GeneralSecurityException notOfOneKind) {
      return false;
    }
  }
}
