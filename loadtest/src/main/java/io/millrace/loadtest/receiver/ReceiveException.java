package io.millrace.loadtest.receiver;

/**
 * The kernel or the disk refused something; the message says what, and what to do where that is
 * known.
 */
public final class ReceiveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ReceiveException(String message) {
    super(message);
  }

  public ReceiveException(String message, Throwable cause) {
    super(message, cause);
  }
}
