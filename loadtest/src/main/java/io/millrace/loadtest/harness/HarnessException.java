package io.millrace.loadtest.harness;

/**
 * A test can't go on: something didn't start, didn't end, or left no result; the message says what.
 */
public final class HarnessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public HarnessException(String message) {
    super(message);
  }

  public HarnessException(String message, Throwable cause) {
    super(message, cause);
  }
}
