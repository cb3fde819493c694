package io.millrace.stream.ts;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Makes the passes of a loop one stream without a seam: continuity counters go on, and clock and
 * time stamps are moved on by what the passes before took. The first pass stays as it is. Owned by
 * one thread.
 *
 * <p>What is neither is left alone: sections that carry times of their own (SCTE 35, EIT), and time
 * stamps in scrambled packets.
 */
public final class TsLoop {
  /** More than that, and time stamps don't tell how long the pass was. */
  private static final long MOST_OVERHANG = TsPacket.BASE_WRAP / (1 << 16); // about 1.5 s

  // By PID. The counter that was sent last, what is added to those of this pass, and the pass in
  // which it was seen last.
  private final byte[] sent = new byte[TsPacket.PIDS];
  private final byte[] added = new byte[TsPacket.PIDS];
  private final int[] seenIn = new int[TsPacket.PIDS];

  // Also by PID, as they are in the file: decoding times.
  private final long[] firstTime = new long[TsPacket.PIDS];
  private final long[] lastTime = new long[TsPacket.PIDS];
  private final long[] lastStep = new long[TsPacket.PIDS];

  private int pass = 1;

  /** What clock and time stamps are moved on by, in units of 90 kHz. */
  private long shift;

  public TsLoop() {
    Arrays.fill(firstTime, TsPacket.NONE);
  }

  /** Makes a packet of the file one of the stream. */
  public void rewrite(ByteBuffer buffer, int at) {
    int pid = TsPacket.pid(buffer, at);
    if (pid == TsPacket.NULL_PID) {
      return;
    }
    noteTime(buffer, at, pid);
    if (pass > 1) {
      continueCounter(buffer, at, pid);
      if (TsPacket.hasPcr(buffer, at)) {
        long pcr = TsPacket.pcr(buffer, at);
        TsPacket.pcr(buffer, at, TsClock.add(pcr, shift * TsPacket.TICKS_PER_BASE));
      }
      PesHeader.shift(buffer, at, shift);
    }
    seenIn[pid] = pass;
    sent[pid] = (byte) TsPacket.continuity(buffer, at);
  }

  private void continueCounter(ByteBuffer buffer, int at, int pid) {
    int counter = TsPacket.continuity(buffer, at);
    if (seenIn[pid] != pass) {
      // Only packets with a payload count; one that is seen for the first time begins as it is.
      int next = sent[pid] + (TsPacket.hasPayload(buffer, at) ? 1 : 0);
      added[pid] = (byte) (seenIn[pid] == 0 ? 0 : next - counter);
    }
    TsPacket.continuity(buffer, at, counter + added[pid]);
  }

  private void noteTime(ByteBuffer buffer, int at, int pid) {
    long time = PesHeader.decodingTime(buffer, at);
    if (time == TsPacket.NONE) {
      return;
    }
    if (firstTime[pid] == TsPacket.NONE) {
      firstTime[pid] = time;
    } else if (seenIn[pid] == pass) {
      long step = (time - lastTime[pid]) & (TsPacket.BASE_WRAP - 1);
      lastStep[pid] = step <= MOST_OVERHANG ? step : 0;
    }
    lastTime[pid] = time;
  }

  /**
   * The next packet is the file's first again.
   *
   * @param firstPcr what a PCR in the file's first packet would be; {@link TsPacket#NONE}: it has
   *     none, and only its time stamps say how long it is
   * @param endPcr what one behind the last would be
   * @return ticks of 27 MHz from the last packet's end to the first packet: the clock of a file may
   *     end before its last picture or sound does
   */
  public long nextPass(long firstPcr, long endPcr) {
    boolean hasClock = firstPcr != TsPacket.NONE;
    long ticks = hasClock ? TsClock.span(firstPcr, endPcr) : 0;
    long mostOverhang = hasClock ? MOST_OVERHANG : TsPacket.BASE_WRAP / 2;
    long units = Math.ceilDiv(ticks, (long) TsPacket.TICKS_PER_BASE);
    long longest = units;
    for (int pid = 0; pid < TsPacket.PIDS; pid++) {
      if (firstTime[pid] != TsPacket.NONE) {
        long taken = lastTime[pid] + lastStep[pid] - firstTime[pid];
        long overhang = (taken - units) & (TsPacket.BASE_WRAP - 1);
        if (overhang <= mostOverhang) {
          longest = Math.max(longest, units + overhang);
        }
      }
    }
    shift = (shift + longest) & (TsPacket.BASE_WRAP - 1);
    pass++;
    return longest * TsPacket.TICKS_PER_BASE - ticks;
  }
}
