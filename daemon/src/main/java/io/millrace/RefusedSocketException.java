package io.millrace;

import java.io.IOException;

/** This machine refuses a socket to receive from; the message says why, and what to do. */
final class RefusedSocketException extends IOException {
  private static final long serialVersionUID = 1L;

  RefusedSocketException(String message) {
    super(message);
  }

  /** It is shown to users, whom its class tells nothing. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // messages show causes by their toString()
  public String toString() {
    return String.valueOf(getMessage());
  }
}
