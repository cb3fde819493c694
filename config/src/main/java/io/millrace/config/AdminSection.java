package io.millrace.config;

/** {@code millrace.admin}. */
final class AdminSection {
  private AdminSection() {}

  static AdminSettings read(ObjectReader admin) {
    boolean enabled = admin.required("enabled", ValueKind.flag());
    HostPort listen = admin.required("listen", ValueKind.hostPort(0));
    admin.rejectUnknownKeys();
    return new AdminSettings(enabled, listen);
  }
}
