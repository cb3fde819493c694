package io.millrace.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code millrace.admin.tls}: files in PEM, absolute. When the configuration was loaded they could
 * be used; {@link TlsMaterial#read} reads them.
 *
 * @param certificate the server's certificate, and behind it those that lead to a root
 * @param key its private key, PKCS#8
 * @param clientCa who signs the certificates of clients; null = they need none
 */
public record TlsSettings(Path certificate, Path key, @Nullable Path clientCa) {
  /** All of them. */
  public List<Path> files() {
    return clientCa == null ? List.of(certificate, key) : List.of(certificate, key, clientCa);
  }
}
