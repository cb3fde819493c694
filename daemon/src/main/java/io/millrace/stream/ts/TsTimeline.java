package io.millrace.stream.ts;

import java.io.IOException;

/**
 * When each packet of one pass over a transport stream is due, by its PCRs: those of two PCRs that
 * follow each other at theirs, and what lies between evenly spaced. Before the first and behind the
 * last, and where the clock jumps, the rate of the nearest interval holds. Owned by one thread.
 *
 * <p>It reads ahead on an input of its own, as the packets behind a PCR can't be timed before the
 * next one is known; so nothing of the stream has to be kept.
 */
public final class TsTimeline {
  /** PCRs come every 100 ms (ISO/IEC 13818-1, 2.7.2); what is longer than this is a jump. */
  static final long LONGEST_INTERVAL_TICKS = TsPacket.CLOCK_HZ;

  /** Packets that it reads ahead at most: 100 ms of 1 Gbit/s. */
  private static final int FARTHEST_PACKETS = 1 << 16;

  private final TsInput input;
  private final int pcrPid;

  // The current segment: packets from..to, evenly spaced by ticks / packets.
  private long from;
  private long to;
  private long fromTicks;
  private long rateTicks;
  private long ratePackets;

  // The last PCR that was read, and its packet.
  private long pcr = TsPacket.NONE;
  private long pcrPacket;

  private long read;
  private long firstPcr = TsPacket.NONE;
  private boolean ended;
  private boolean jumped;

  /**
   * The times of a pass.
   *
   * @param input the stream's beginning, for this alone
   * @param startTicks the time of the first packet
   */
  public TsTimeline(TsInput input, int pcrPid, long startTicks) {
    this.input = input;
    this.pcrPid = pcrPid;
    fromTicks = startTicks;
  }

  /**
   * When a packet is due, in ticks of 27 MHz.
   *
   * @param packet its number in the pass; never less than in the call before
   * @throws TsFormatException if there are no two PCRs that make an interval
   */
  public long ticks(long packet) throws IOException {
    if (ratePackets == 0) {
      begin();
    }
    while (packet >= to) {
      nextSegment();
    }
    return at(packet);
  }

  private long at(long packet) {
    return fromTicks + (packet - from) * rateTicks / ratePackets;
  }

  /** The rate of the first interval holds for all that is before its end. */
  private void begin() throws IOException {
    long last;
    long lastPacket;
    long firstPacket = 0;
    do {
      last = pcr;
      lastPacket = pcrPacket;
      if (!findPcr(Long.MAX_VALUE)) {
        throw new TsFormatException(
            "there are no two PCRs with the PID %d that are at most 1 s apart".formatted(pcrPid));
      }
      if (firstPcr == TsPacket.NONE) {
        firstPcr = pcr;
        firstPacket = pcrPacket;
      }
    } while (!isInterval(last));
    rate(last, lastPacket);
    firstPcr = TsClock.add(firstPcr, -(firstPacket * rateTicks / ratePackets));
    to = pcrPacket;
  }

  private void nextSegment() throws IOException {
    fromTicks = at(to);
    from = to;
    if (ended) {
      to = Long.MAX_VALUE;
      return;
    }
    long last = pcr;
    long lastPacket = pcrPacket;
    boolean found = findPcr(from + FARTHEST_PACKETS);
    if (found && lastPacket == from && isInterval(last)) {
      rate(last, lastPacket);
    }
    to = found ? pcrPacket : ended ? Long.MAX_VALUE : read;
  }

  private boolean isInterval(long last) {
    return last != TsPacket.NONE
        && !jumped
        && TsClock.span(last, pcr) > 0
        && TsClock.span(last, pcr) <= LONGEST_INTERVAL_TICKS;
  }

  private void rate(long last, long lastPacket) {
    rateTicks = TsClock.span(last, pcr);
    ratePackets = pcrPacket - lastPacket;
  }

  /** Reads to the next PCR, or to the end, or to a packet; whether it found one. */
  private boolean findPcr(long farthest) throws IOException {
    while (read < farthest) {
      if (!input.next()) {
        ended = true;
        return false;
      }
      long packet = read++;
      if (TsPacket.pid(input.buffer(), input.at()) == pcrPid) {
        long found = TsPacket.pcr(input.buffer(), input.at());
        if (found != TsPacket.NONE) {
          jumped = TsPacket.isDiscontinuity(input.buffer(), input.at());
          pcr = found;
          pcrPacket = packet;
          return true;
        }
      }
    }
    return false;
  }

  /** What a PCR in the pass's first packet would be; once some time has been asked for. */
  public long firstPcr() {
    return firstPcr;
  }

  /**
   * What a PCR in the packet behind the last one would be; once its time has been asked for.
   *
   * @param packets of the pass
   */
  public long endPcr(long packets) {
    return TsClock.add(pcr, (packets - pcrPacket) * rateTicks / ratePackets);
  }
}
