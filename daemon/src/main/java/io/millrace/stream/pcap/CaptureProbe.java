package io.millrace.stream.pcap;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks at a capture before it is sent: whether it is one, and has something to send. */
public final class CaptureProbe {
  /** What is further on in the file is not looked for. */
  private static final long MOST_BYTES = 32L << 20;

  private final CaptureInput input;
  private final CaptureFilter filter;
  private final UdpDatagram datagram = new UdpDatagram();
  private final long[] found = new long[UdpDatagram.Found.values().length];
  private long filtered;
  private long tooLong;
  private long packets;

  private CaptureProbe(FileChannel file, CaptureFilter filter) {
    input = new CaptureInput(file);
    this.filter = filter;
  }

  /**
   * Checks that a file is a capture with a datagram to send, as far as its first 32 MiB say.
   *
   * @param mostBytes of a payload
   * @param needsTimes whether the first datagram must have a time
   * @throws CaptureFormatException if it isn't; the message says why
   */
  public static void check(
      FileChannel file, CaptureFilter filter, int mostBytes, boolean needsTimes)
      throws IOException {
    new CaptureProbe(file.position(0), filter).check(mostBytes, needsTimes);
  }

  private void check(int mostBytes, boolean needsTimes) throws IOException {
    CaptureReader reader = CaptureReader.open(input);
    while (input.offset() < MOST_BYTES && reader.next()) {
      packets++;
      UdpDatagram.Found what = datagram.find(reader);
      if (what != UdpDatagram.Found.DATAGRAM) {
        found[what.ordinal()]++;
      } else if (!filter.matches(datagram, reader.buffer())) {
        filtered++;
      } else if (datagram.payloadBytes() > mostBytes) {
        tooLong++;
      } else if (needsTimes && !reader.hasTime()) {
        throw new CaptureFormatException(
            "its packets have no times (simple packet blocks); give it a pace { rate = ... }");
      } else {
        return;
      }
    }
    String damage = reader.damage();
    if (damage != null) {
      throw new CaptureFormatException("%s; before it %s".formatted(damage, summary()));
    }
    if (input.offset() < MOST_BYTES) {
      throw new CaptureFormatException("nothing to send: " + summary());
    }
  }

  private String summary() {
    if (packets == 0) {
      return "no packets";
    }
    List<String> parts = new ArrayList<>();
    for (UdpDatagram.Found what : UdpDatagram.Found.values()) {
      add(parts, found[what.ordinal()], what.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    add(parts, filtered, "filtered");
    add(parts, tooLong, "longer than datagram-size");
    return "%d packets (%s)".formatted(packets, String.join(", ", parts));
  }

  private static void add(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(count + " " + what);
    }
  }
}
