package io.millrace.loadtest.bench;

import java.io.Serial;

/** A contender that can't run here, and why. */
final class NotAvailableException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  NotAvailableException(String reason) {
    super(reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
