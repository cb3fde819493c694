package io.millrace.stream;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.counters.SkipReason;
import io.millrace.stream.pcap.CaptureClock;
import io.millrace.stream.pcap.CaptureFilter;
import io.millrace.stream.pcap.CaptureInput;
import io.millrace.stream.pcap.CaptureReader;
import io.millrace.stream.pcap.UdpDatagram;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * Reads a capture file, ahead of the sender, puts the payload of each UDP datagram that is wanted
 * into a slot, and says when it is due.
 */
public final class PcapReaderThread extends SourceThread {
  /** For {@link Format#count()}. */
  public static final long ALL = -1;

  private final Path path;
  private final Format format;
  private final QueuedSource source;
  private final CaptureClock clock;
  private final UdpDatagram datagram = new UdpDatagram();
  private boolean noticedDamage;
  private boolean noticedTooLong;
  private boolean noticedGap;

  /**
   * What of the capture is sent, and when.
   *
   * @param filter which datagrams
   * @param count how many at most, those of all passes together; {@link #ALL}: no limit
   * @param loop whether the file's beginning follows its end
   * @param loopGapNs from the last datagram of a pass to the first of the next; negative: their
   *     mean distance
   * @param longestGapNs datagrams that lie further apart are due so much after each other
   */
  public record Format(
      CaptureFilter filter, long count, boolean loop, long loopGapNs, long longestGapNs) {}

  /**
   * A reader, not started.
   *
   * @param source of the longest datagram's length, with a timetable for one datagram per slot
   * @param readAheadSlots slots that may be filled ahead of the sender; the capacity of {@code
   *     source}
   */
  public PcapReaderThread(
      String streamName,
      Path path,
      Format format,
      Slab slab,
      BufferPool pool,
      QueuedSource source,
      int readAheadSlots,
      SlotSink sink) {
    super(streamName, slab, pool, source, readAheadSlots, sink);
    this.path = path;
    this.format = format;
    this.source = source;
    clock = new CaptureClock(format.longestGapNs);
  }

  @Override
  void feed() throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      CaptureInput input = new CaptureInput(file);
      while (pass(CaptureReader.open(input)) && format.loop) {
        input.restart(file.position(0));
        clock.nextPass(format.loopGapNs);
      }
    } catch (IOException failure) {
      throw new IOException(path + ": " + failure.getMessage(), failure);
    }
  }

  /** Sends the file once; false if the thread is to end. */
  private boolean pass(CaptureReader capture) throws IOException {
    long before = counters().datagrams();
    while (capture.next()) {
      if (isWanted(capture)) {
        if (!send(capture) || isEnough()) {
          return false;
        }
      } else if (isStopRequested()) {
        return false;
      }
    }
    String damage = capture.damage();
    if (damage != null) {
      damaged(damage);
    }
    if (format.loop && counters().datagrams() == before) {
      throw new IOException("the file has no datagram to send any more");
    }
    return true;
  }

  private boolean isEnough() {
    return format.count != ALL && counters().datagrams() >= format.count;
  }

  private boolean isWanted(CaptureReader capture) {
    switch (datagram.find(capture)) {
      case EMPTY -> counters().skipped(SkipReason.EMPTY);
      case NOT_UDP -> counters().skipped(SkipReason.NOT_UDP);
      case FRAGMENT -> counters().skipped(SkipReason.FRAGMENT);
      case TRUNCATED -> counters().skipped(SkipReason.TRUNCATED);
      case UNKNOWN_LINK -> counters().skipped(SkipReason.UNKNOWN_LINK);
      case MALFORMED -> counters().malformed();
      case DATAGRAM -> {
        if (!format.filter.matches(datagram, capture.buffer())) {
          counters().skipped(SkipReason.FILTERED);
        } else if (datagram.payloadBytes() > source.datagramBytes()) {
          tooLong();
        } else {
          return true;
        }
      }
    }
    return false;
  }

  private boolean send(CaptureReader capture) {
    int slot = claim();
    if (slot == BufferPool.NONE) {
      return false;
    }
    int bytes = datagram.payloadBytes();
    memory(slot).put(0, capture.buffer(), datagram.payloadAt(), bytes);
    long dueNs = capture.hasTime() ? clock.due(capture.timeNs()) : clock.due();
    Timetable timetable = source.timetable();
    if (timetable != null) {
      timetable.put(counters().slots(), 0, dueNs);
    }
    if (!noticedGap && clock.cutGaps() > 0) {
      noticedGap = true;
      notice(
          "%s: a gap between datagrams is longer than longest-gap, and cut to %d s"
              .formatted(path, TimeUnit.NANOSECONDS.toSeconds(format.longestGapNs)));
    }
    handOver(slot, bytes);
    return true;
  }

  private void tooLong() {
    counters().skipped(SkipReason.TOO_LONG);
    if (!noticedTooLong) {
      noticedTooLong = true;
      notice(
          "%s: a datagram has %d bytes, and datagram-size is %d; it is left out, and so are others"
                  .formatted(path, datagram.payloadBytes(), source.datagramBytes())
              + " like it");
    }
  }

  private void damaged(String what) {
    counters().malformed();
    if (!noticedDamage) {
      noticedDamage = true;
      notice("%s: %s; what follows there is left out".formatted(path, what));
    }
  }
}
