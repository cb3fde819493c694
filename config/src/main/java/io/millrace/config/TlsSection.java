package io.millrace.config;

import com.typesafe.config.ConfigValue;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code millrace.admin.tls}, which need not be there. */
final class TlsSection {
  private static final String ALLOWED = "a PEM file";

  private TlsSection() {}

  /** Null if there is none, or if its files can't be used, which has been noted then. */
  static @Nullable TlsSettings read(ObjectReader admin, String name) {
    ConfigValue value = admin.value(name);
    if (value == null) {
      return null;
    }
    ObjectReader tls = ObjectReader.of(value, admin.pathOf(name), admin.problems());
    Path certificate = path(tls, TlsMaterial.CERTIFICATE, true);
    Path key = path(tls, TlsMaterial.KEY, true);
    Path clientCa = path(tls, TlsMaterial.CLIENT_CA, false);
    tls.rejectUnknownKeys();
    if (certificate == null
        || key == null
        || !tls.sound(TlsMaterial.CERTIFICATE, TlsMaterial.KEY, TlsMaterial.CLIENT_CA)) {
      return null;
    }
    TlsSettings settings = new TlsSettings(certificate, key, clientCa);
    try {
      var _ = TlsMaterial.read(settings);
      return settings;
    } catch (TlsProblemsException bad) {
      bad.problems().forEach(problem -> tls.problem(problem.key(), problem.message()));
      return null;
    }
  }

  /** Relative to the folder of the file that names it, as a source's path is. */
  private static @Nullable Path path(ObjectReader tls, String key, boolean required) {
    ValueKind<String> kind = ValueKind.text(ALLOWED);
    String written = required ? tls.required(key, kind) : tls.optional(key, kind);
    ConfigValue value = tls.value(key);
    if (written == null || value == null || !tls.sound(key)) {
      return null;
    }
    try {
      return tls.problems().place(value.origin()).folder().resolve(written).toAbsolutePath();
    } catch (InvalidPathException e) {
      tls.problem(key, "%s is no path: %s".formatted(Words.quote(written), e.getReason()));
      return null;
    }
  }
}
