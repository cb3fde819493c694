package io.millrace.config;

import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code millrace.admin}. */
final class AdminSection {
  private static final String TOKEN_FILE = "token-file";
  private static final String TLS = "tls";
  private static final String ALLOWED_TOKENS = "a readable file with a token in its first line";

  private AdminSection() {}

  static AdminSettings read(ObjectReader admin) {
    boolean enabled = admin.required("enabled", ValueKind.flag());
    HostPort listen = admin.required("listen", ValueKind.hostPort(0));
    boolean control = admin.required("control", ValueKind.flag());
    Path tokenFile = tokenFile(admin);
    TlsSettings tls = TlsSection.read(admin, TLS);
    boolean asksWho = tokenFile != null || (tls != null && tls.clientCa() != null);
    boolean tlsIsSound = tls != null || admin.value(TLS) == null;
    if (enabled
        && control
        && !asksWho
        && tlsIsSound
        && admin.sound("enabled", "listen", "control", TOKEN_FILE)
        && !isLoopback(listen.host())) {
      admin.problem(
          "control",
          "is true, and listen = %s lets others than this machine in; allowed: with a token-file or a tls.client-ca, or listen on 127.0.0.1 or [::1]"
              .formatted(Words.quote(listen.toString())));
    }
    admin.rejectUnknownKeys();
    return new AdminSettings(enabled, listen, control, tokenFile, tls);
  }

  /** A name is not looked up: only this one is known to stay here. */
  private static boolean isLoopback(String host) {
    try {
      return host.equalsIgnoreCase("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException aName) {
      return false;
    }
  }

  /** Relative to the folder of the file that names it, as a source's path is. */
  private static @Nullable Path tokenFile(ObjectReader admin) {
    String written = admin.optional(TOKEN_FILE, ValueKind.text(ALLOWED_TOKENS));
    ConfigValue value = admin.value(TOKEN_FILE);
    if (written == null || value == null || !admin.sound(TOKEN_FILE)) {
      return null;
    }
    try {
      Path folder = admin.problems().place(value.origin()).folder();
      Path path = folder.resolve(written).toAbsolutePath();
      if (!hasToken(path)) {
        admin.problem(TOKEN_FILE, "%s is not %s".formatted(path, ALLOWED_TOKENS));
      }
      return path;
    } catch (InvalidPathException e) {
      admin.problem(TOKEN_FILE, "%s is no path: %s".formatted(Words.quote(written), e.getReason()));
      return null;
    }
  }

  private static boolean hasToken(Path file) {
    try {
      return Files.isRegularFile(file)
          && Files.readAllLines(file).stream().limit(1).anyMatch(line -> !line.isBlank());
    } catch (IOException unreadable) {
      return false;
    }
  }
}
