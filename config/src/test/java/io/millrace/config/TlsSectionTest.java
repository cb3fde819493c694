package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code admin.tls}: what is taken, and what is said about files that can't be used. */
class TlsSectionTest {
  @TempDir static Path temp;

  private static ConfigFolder folder = new ConfigFolder(Path.of(""));
  private static KeyPairs pairs = new KeyPairs(Path.of(""));

  @BeforeAll
  static void makeFiles() throws IOException {
    folder = new ConfigFolder(temp);
    pairs = new KeyPairs(temp);
    pairs.make("ec", "-keyalg", "EC", "-groupname", "secp256r1");
    pairs.make("other", "-keyalg", "EC", "-groupname", "secp256r1");
    pairs.make("rsa", "-keyalg", "RSA", "-keysize", "2048");
    pairs.make("edwards", "-keyalg", "Ed25519");
    pairs.make("signed", "-keyalg", "EC", "-groupname", "secp256r1", "-signer", "ec");
    pairs.make("old", "-keyalg", "EC", "-groupname", "secp256r1", "-startdate", "-9d");
    pairs.make("young", "-keyalg", "EC", "-groupname", "secp256r1", "-startdate", "+9d");
    String key = pairs.read("ec.key");
    pairs.write("empty.pem", "");
    pairs.write("text.pem", "not a key");
    pairs.write("pkcs1.key", key.replace("PRIVATE KEY", "RSA PRIVATE KEY"));
    pairs.write("sec1.key", key.replace("PRIVATE KEY", "EC PRIVATE KEY"));
    pairs.write("encrypted.key", key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    pairs.write(
        "old-encrypted.key",
        """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED

        AAAA
        -----END RSA PRIVATE KEY-----
        """);
    pairs.write("two.key", key + key);
    pairs.write("broken.key", "-----BEGIN PRIVATE KEY-----\n#\n-----END PRIVATE KEY-----\n");
    pairs.write("odd.key", KeyPairs.pem("PRIVATE KEY", new byte[] {1, 2, 3}));
    pairs.write("endless.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n");
    pairs.write("odd.crt", KeyPairs.pem("CERTIFICATE", new byte[] {1, 2, 3}));
    pairs.write("mixed.crt", pairs.read("ec.crt") + pairs.read("rsa.crt"));
    pairs.write("both.pem", "a comment\n" + pairs.read("signed.crt") + pairs.read("signed.key"));
    pairs.write("long.pem", " ".repeat(1 << 20));
    Files.createDirectory(temp.resolve("folder"));
  }

  private static String config(String certificate, String key, String more) {
    return "millrace.admin.tls {\n  certificate = %s\n  key = %s\n%s}\n%s"
        .formatted(certificate, key, more, ConfigFolder.A_STREAM);
  }

  @ParameterizedTest
  @CsvSource({"ec.crt,ec.key,1,EC", "rsa.crt,rsa.key,1,RSA", "both.pem,both.pem,2,EC"})
  void chainAndKeyAreTaken(String certificate, String key, int length, String algorithm)
      throws Exception {
    TlsSettings tls = folder.settings(config(certificate, key, "")).admin().tls();
    assertThat(tls)
        .isEqualTo(
            new TlsSettings(
                temp.resolve(certificate).toAbsolutePath(),
                temp.resolve(key).toAbsolutePath(),
                null));
    TlsMaterial material = TlsMaterial.read(Objects.requireNonNull(tls));
    assertThat(material.chain()).hasSize(length);
    assertThat(material.key().getAlgorithm()).isEqualTo(algorithm);
    assertThat(material.clientCas()).isEmpty();
  }

  @Test
  void withoutTheSectionThereIsNone() {
    assertThat(folder.settings(ConfigFolder.A_STREAM).admin().tls()).isNull();
    assertThat(folder.settings(ConfigFolder.A_STREAM + "millrace.admin.tls = null").admin().tls())
        .isNull();
  }

  @Test
  void clientsCertificatesMayStandForAToken() throws Exception {
    String open = "millrace.admin { listen = \"192.0.2.1:9464\", control = true }\n";
    Settings settings =
        folder.settings(open + config("ec.crt", "ec.key", "  client-ca = mixed.crt\n"));
    TlsSettings tls = settings.admin().tls();
    assertThat(TlsMaterial.read(Objects.requireNonNull(tls)).clientCas()).hasSize(2);
    assertThat(folder.problems(open + config("ec.crt", "ec.key", "")))
        .containsExactly(
            "x.conf:1: millrace.admin.control: is true, and listen = \"192.0.2.1:9464\" lets others"
                + " than this machine in; allowed: with a token-file or a tls.client-ca, or listen"
                + " on 127.0.0.1 or [::1]");
  }

  @Test
  void whatIsPrintedLoadsToTheSameAndItsFilesAreWatched() throws Exception {
    LoadedConfig loaded =
        folder.load(config("ec.crt", "ec.key", "  client-ca = rsa.crt\n"), Map.of());
    assertThat(loaded.files())
        .contains(temp.resolve("ec.crt"), temp.resolve("ec.key"), temp.resolve("rsa.crt"));
    Path elsewhere = Files.createDirectories(temp.resolve("elsewhere"));
    assertThat(new ConfigFolder(elsewhere).load(loaded.effectiveHocon(), Map.of()).settings())
        .isEqualTo(loaded.settings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none|does not exist",
        "folder|is not a regular file",
        "empty.pem|is empty",
        "text.pem|is not in PEM: it has no -----BEGIN and -----END",
        "long.pem|has more than 256 KiB",
        "ec.crt|has no PRIVATE KEY; allowed: a PEM file with one PRIVATE KEY (PKCS#8), RSA or EC",
        "two.key|has several keys; allowed: a PEM file with one PRIVATE KEY (PKCS#8), RSA or EC",
        "broken.key|has a block PRIVATE KEY that isn't Base64",
        "endless.key|has no -----END for its -----BEGIN PRIVATE KEY",
        "odd.key|has no key of a known kind; allowed: a PEM file with one PRIVATE KEY (PKCS#8), RSA"
            + " or EC",
        "edwards.key|has no key of a known kind; allowed: a PEM file with one PRIVATE KEY (PKCS#8),"
            + " RSA or EC",
        "other.key|is not the key of the certificate in ec.crt",
        "rsa.key|is not the key of the certificate in ec.crt",
      })
  void badKeyIsAnErrorWithItsPlace(String key, String problem) {
    assertThat(folder.problems(config("ec.crt", key, "")))
        .containsExactly("x.conf:3: millrace.admin.tls.key: " + key + " " + problem);
  }

  @ParameterizedTest
  @CsvSource({"pkcs1.key,RSA", "sec1.key,EC"})
  void olderFormOfAKeyIsAnErrorWithTheCommandThatConverts(String key, String kind) {
    assertThat(folder.problems(config("ec.crt", key, "")))
        .containsExactly(
            "x.conf:3: millrace.admin.tls.key: %1$s is in an older form (%2$s PRIVATE KEY); allowed: a PEM file with one PRIVATE KEY (PKCS#8), RSA or EC; convert it: openssl pkey -in %1$s -out NEW"
                .formatted(key, kind));
  }

  @ParameterizedTest
  @CsvSource({"encrypted.key", "old-encrypted.key"})
  void encryptedKeyIsAnErrorWithTheCommandThatConverts(String key) {
    assertThat(folder.problems(config("ec.crt", key, "")))
        .containsExactly(
            "x.conf:3: millrace.admin.tls.key: %1$s is encrypted, and nobody is there to give its password; convert it: openssl pkey -in %1$s -out NEW"
                .formatted(key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none|does not exist",
        "ec.key|has no CERTIFICATE but PRIVATE KEY; allowed: a PEM file with certificates",
        "odd.crt|has a certificate that can't be read, number 1: ",
        "mixed.crt|is no chain: certificate 2 is not the issuer of the one before it; allowed: ",
        "edwards.crt|is for a key of the kind EdDSA; allowed: RSA, EC",
        "old.crt|expired on 20",
        "young.crt|is not valid before 20",
      })
  void badCertificateIsAnErrorWithItsPlace(String certificate, String problem) {
    List<String> problems = folder.problems(config(certificate, "ec.key", ""));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst())
        .startsWith("x.conf:2: millrace.admin.tls.certificate: " + certificate + " " + problem);
  }

  @Test
  void everythingIsSaidAtOnce() {
    assertThat(folder.problems(config("none", "text.pem", "  client-ca = ec.key\n  cert = x\n")))
        .containsExactly(
            "x.conf:2: millrace.admin.tls.certificate: none does not exist",
            "x.conf:3: millrace.admin.tls.key: text.pem is not in PEM: it has no -----BEGIN and"
                + " -----END",
            "x.conf:4: millrace.admin.tls.client-ca: ec.key has no CERTIFICATE but PRIVATE KEY;"
                + " allowed: a PEM file with certificates",
            "x.conf:5: millrace.admin.tls.cert: unknown key; allowed: certificate, key, client-ca");
    assertThat(folder.problems("millrace.admin.tls.key = ec.key\n" + ConfigFolder.A_STREAM))
        .containsExactly(
            "x.conf:1: millrace.admin.tls.certificate: is missing; allowed: a PEM file");
  }
}
