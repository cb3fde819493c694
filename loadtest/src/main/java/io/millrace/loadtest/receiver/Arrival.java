package io.millrace.loadtest.receiver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * When a datagram came, by the kernel, and how long it was: a line of what {@code --write-times}
 * wrote.
 *
 * @param ns since the epoch
 */
public record Arrival(long ns, int bytes) {
  /** Reads the file: for each datagram 8 bytes of time and 4 of length, in the machine's order. */
  public static List<Arrival> read(Path file) {
    ByteBuffer times;
    try {
      times = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    List<Arrival> arrivals = new ArrayList<>();
    while (times.hasRemaining()) {
      arrivals.add(new Arrival(times.getLong(), times.getInt()));
    }
    return arrivals;
  }
}
