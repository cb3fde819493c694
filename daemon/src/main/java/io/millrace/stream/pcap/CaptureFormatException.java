package io.millrace.stream.pcap;

import java.io.IOException;

/** A file is no capture, or not one that can be sent; the message says why, and where. */
public final class CaptureFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  CaptureFormatException(String message) {
    super(message);
  }
}
