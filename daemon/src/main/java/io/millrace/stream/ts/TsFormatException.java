package io.millrace.stream.ts;

import java.io.IOException;

/** A file is no transport stream, or not one that can be sent; the message says why, and where. */
public final class TsFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  TsFormatException(String message) {
    super(message);
  }
}
