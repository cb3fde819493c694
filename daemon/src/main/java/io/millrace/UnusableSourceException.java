package io.millrace;

import java.io.IOException;

/** A source is not what its settings say; the message names it, and says what is wrong. */
final class UnusableSourceException extends IOException {
  private static final long serialVersionUID = 1L;

  UnusableSourceException(String message, Throwable cause) {
    super(message, cause);
  }

  /** It is shown to users, whom its class tells nothing. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // messages show causes by their toString()
  public String toString() {
    return String.valueOf(getMessage());
  }
}
