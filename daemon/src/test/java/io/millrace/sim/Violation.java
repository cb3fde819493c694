package io.millrace.sim;

/** Something that must hold doesn't. */
final class Violation extends AssertionError {
  private static final long serialVersionUID = 1L;

  Violation(String what) {
    super(what);
  }

  static void unless(boolean holds, String what) {
    if (!holds) {
      throw new Violation(what);
    }
  }

  static void unlessEqual(long actual, long expected, String what, int of) {
    if (actual != expected) {
      throw new Violation(what + " " + of + ": " + actual + ", and should be " + expected);
    }
  }
}
