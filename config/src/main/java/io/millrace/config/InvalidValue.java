package io.millrace.config;

/**
 * A value's text says nothing that is allowed. The message follows {@link ConfigProblem#message};
 * whoever knows the value's place catches this and makes it a {@link ConfigProblem}.
 */
final class InvalidValue extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidValue(String message) {
    super(message);
  }

  /** The message, which is never null here. */
  String text() {
    return String.valueOf(getMessage());
  }
}
