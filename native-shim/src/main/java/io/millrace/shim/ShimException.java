package io.millrace.shim;

/** The native shim can't be used on this machine; the message says why and what to do. */
public final class ShimException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ShimException(String message) {
    super(message);
  }

  public ShimException(String message, Throwable cause) {
    super(message, cause);
  }
}
