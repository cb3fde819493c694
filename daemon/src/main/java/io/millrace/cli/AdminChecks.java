package io.millrace.cli;

import io.millrace.config.AdminSettings;
import io.millrace.config.TlsMaterial;
import io.millrace.config.TlsProblemsException;
import io.millrace.config.TlsSettings;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** How the admin server would be reached, and for how long its certificate is good. */
final class AdminChecks {
  private static final String NAME = "admin";
  private static final Duration SOON = Duration.ofDays(14);

  private AdminChecks() {}

  static List<DoctorCheck> of(AdminSettings admin, Instant now) {
    if (!admin.enabled()) {
      return List.of(DoctorCheck.ok(NAME, "off"));
    }
    TlsSettings tls = admin.tls();
    if (tls == null) {
      return List.of(DoctorCheck.ok(NAME, "http://" + admin.listen()));
    }
    try {
      return List.of(certificate("https://" + admin.listen(), TlsMaterial.read(tls), now));
    } catch (TlsProblemsException bad) {
      // The configuration was loaded a moment ago, and they were good then.
      return List.of(DoctorCheck.fail(NAME, String.valueOf(bad.getMessage()), ""));
    }
  }

  private static DoctorCheck certificate(String url, TlsMaterial material, Instant now) {
    X509Certificate own = material.chain().getFirst();
    Instant end = own.getNotAfter().toInstant();
    String finding =
        "%s, certificate %s until %s".formatted(url, own.getSubjectX500Principal(), end);
    return now.plus(SOON).isBefore(end)
        ? DoctorCheck.ok(NAME, finding)
        : DoctorCheck.warn(
            NAME,
            finding + ": with one that has expired the daemon doesn't start",
            "put a new one into the files of admin.tls, and reload");
  }
}
