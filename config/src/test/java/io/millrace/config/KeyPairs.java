package io.millrace.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Keys and certificates for one test, made by the JDK's keytool and written as PEM. */
final class KeyPairs {
  private static final String PASSWORD = "changeit";

  private final Path folder;
  private final Path store;

  KeyPairs(Path folder) {
    this.folder = folder;
    store = folder.resolve("made.p12");
  }

  /** Makes a pair, NAME.crt and NAME.key, signed by itself unless an option says otherwise. */
  void make(String name, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keystore", store.toString(), "-storepass", PASSWORD));
    command.addAll(List.of("-alias", name, "-dname", "CN=" + name, "-validity", "2"));
    command.addAll(List.of(options));
    try {
      Process keytool =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("keytool.log").toFile())
              .start();
      if (keytool.waitFor() != 0) {
        throw new AssertionError(Files.readString(folder.resolve("keytool.log")));
      }
      KeyStore made = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      Key key = made.getKey(name, PASSWORD.toCharArray());
      write(name + ".key", pem("PRIVATE KEY", key.getEncoded()));
      StringBuilder chain = new StringBuilder();
      for (Certificate certificate : made.getCertificateChain(name)) {
        chain.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
      write(name + ".crt", chain.toString());
    } catch (IOException | InterruptedException | GeneralSecurityException failure) {
      throw new AssertionError(failure);
    }
  }

  void write(String file, String text) {
    try {
      Files.writeString(folder.resolve(file), text);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  String read(String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  static String pem(String label, byte[] bytes) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(label, body);
  }
}
