package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.HarnessException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * When the packets of a capture were captured, as tcpdump writes it on this machine: by code that
 * shares nothing with the daemon's. No state.
 */
final class CapturedTimes {
  private static final int NANOSECONDS = 0xA1B2_3C4D;
  private static final int HEADER_BYTES = 24;
  private static final int RECORD_BYTES = 16;
  private static final long NS_PER_SECOND = 1_000_000_000;

  private CapturedTimes() {}

  /** Reads them: nanoseconds since the epoch. */
  static List<Long> read(Path file) {
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    if (bytes.remaining() < HEADER_BYTES || bytes.getInt() != NANOSECONDS) {
      throw new HarnessException(file + " is not what tcpdump writes");
    }
    List<Long> times = new ArrayList<>();
    int at = HEADER_BYTES;
    while (at + RECORD_BYTES <= bytes.limit()) {
      times.add(Integer.toUnsignedLong(bytes.getInt(at)) * NS_PER_SECOND + bytes.getInt(at + 4));
      at += RECORD_BYTES + bytes.getInt(at + 8);
    }
    return times;
  }
}
