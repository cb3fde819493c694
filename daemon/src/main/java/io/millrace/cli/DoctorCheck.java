package io.millrace.cli;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param name what, fit for a program to look for
 * @param finding what was found
 * @param fix what to do about it; empty where there is nothing to do
 */
record DoctorCheck(String name, Status status, String finding, String fix) {
  /** How it stands; in order of gravity. */
  enum Status {
    OK("ok"),
    /** Works, but not as well as it could, or can't be known. */
    WARN("warn"),
    /** The daemon would not start, or not send. */
    FAIL("fail");

    private final String label;

    Status(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  static DoctorCheck ok(String name, String finding) {
    return new DoctorCheck(name, Status.OK, finding, "");
  }

  static DoctorCheck warn(String name, String finding, String fix) {
    return new DoctorCheck(name, Status.WARN, finding, fix);
  }

  static DoctorCheck unknown(String name, String why) {
    return new DoctorCheck(name, Status.WARN, "unknown: " + why, "");
  }

  static DoctorCheck fail(String name, String finding, String fix) {
    return new DoctorCheck(name, Status.FAIL, finding, fix);
  }

  /**
   * A failure with the message of a refused start: the cause and, behind the first semicolon, the
   * fix.
   */
  static DoctorCheck refused(String name, String message) {
    int semicolon = message.indexOf("; ");
    return semicolon < 0
        ? fail(name, message, "")
        : fail(name, message.substring(0, semicolon), message.substring(semicolon + 2));
  }
}
