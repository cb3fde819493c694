package io.millrace.config;

/** {@code millrace.reload}. */
final class ReloadSection {
  private ReloadSection() {}

  static ReloadSettings read(ObjectReader reload) {
    boolean onChange = reload.required("on-change", ValueKind.flag());
    reload.rejectUnknownKeys();
    return new ReloadSettings(onChange);
  }
}
