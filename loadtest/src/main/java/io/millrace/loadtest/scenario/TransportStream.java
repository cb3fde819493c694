package io.millrace.loadtest.scenario;

import io.millrace.loadtest.receiver.Arrival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A received transport stream, looked at by code that shares nothing with the daemon's (ISO/IEC
 * 13818-1, 2.4.3). Immutable.
 */
final class TransportStream {
  private static final int PACKET_BYTES = 188;
  private static final int PIDS = 0x2000;
  private static final int NULL_PID = 0x1FFF;
  private static final long PCR_WRAP = 300L << 33;
  private static final double NS_PER_TICK = 1000 / 27.0;

  private final ByteBuffer bytes;

  private TransportStream(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  static TransportStream read(Path file) {
    try {
      return new TransportStream(Files.readAllBytes(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static int pid(ByteBuffer bytes, int at) {
    return bytes.getShort(at + 1) & 0x1FFF;
  }

  /** Packets whose continuity counter doesn't follow that of the one before, or without sync. */
  long continuityErrors() {
    int[] last = new int[PIDS];
    Arrays.fill(last, -1);
    long errors = 0;
    for (int at = 0; at + PACKET_BYTES <= bytes.limit(); at += PACKET_BYTES) {
      int pid = pid(bytes, at);
      int counter = bytes.get(at + 3) & 0xF;
      boolean hasPayload = (bytes.get(at + 3) & 0x10) != 0;
      int wanted = hasPayload ? (last[pid] + 1) & 0xF : last[pid];
      boolean isWrong = pid != NULL_PID && last[pid] >= 0 && counter != wanted;
      if (isWrong || bytes.get(at) != 0x47) {
        errors++;
      }
      last[pid] = counter;
    }
    return errors;
  }

  /**
   * How much the time from one PCR to the next was off when they arrived, nanoseconds each, of the
   * PID that has the first PCR.
   *
   * @param arrivals of the datagrams that it came in
   */
  List<Double> pcrErrorsNs(List<Arrival> arrivals) {
    List<Double> errors = new ArrayList<>();
    int clock = -1;
    long lastPcr = 0;
    long lastNs = 0;
    int datagramAt = 0;
    for (Arrival arrival : arrivals) {
      int end = datagramAt + arrival.bytes();
      for (int at = datagramAt; at < end; at += PACKET_BYTES) {
        if (!hasPcr(at) || (clock >= 0 && pid(bytes, at) != clock)) {
          continue;
        }
        long pcr = pcr(at);
        if (clock >= 0) {
          double interval = Math.floorMod(pcr - lastPcr, PCR_WRAP) * NS_PER_TICK;
          errors.add(Math.abs(arrival.ns() - lastNs - interval));
        }
        clock = pid(bytes, at);
        lastPcr = pcr;
        lastNs = arrival.ns();
      }
      datagramAt = end;
    }
    return errors;
  }

  private boolean hasPcr(int at) {
    return (bytes.get(at + 3) & 0x20) != 0
        && (bytes.get(at + 4) & 0xFF) >= 7
        && (bytes.get(at + 5) & 0x10) != 0;
  }

  private long pcr(int at) {
    long base = (bytes.getInt(at + 6) & 0xFFFF_FFFFL) * 2 + (bytes.get(at + 10) >> 7 & 1);
    return base * 300 + (bytes.getShort(at + 10) & 0x1FF);
  }
}
