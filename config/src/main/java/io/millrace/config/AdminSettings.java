package io.millrace.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code millrace.admin}: the HTTP server for metrics, health and control.
 *
 * @param enabled false = no HTTP server at all
 * @param listen the address to bind; port 0 = any free port
 * @param control whether requests may change anything; false = they may only read
 * @param tokenFile absolute; holds the token that a request for a change must bring; null = none is
 *     asked for. When the configuration was loaded it was a readable file that wasn't empty
 * @param tls null = plain HTTP
 */
public record AdminSettings(
    boolean enabled,
    HostPort listen,
    boolean control,
    @Nullable Path tokenFile,
    @Nullable TlsSettings tls) {

  /** The rest: which files TLS is made of may change while the server runs. */
  public AdminSettings withoutTls() {
    return new AdminSettings(enabled, listen, control, tokenFile, null);
  }
}
