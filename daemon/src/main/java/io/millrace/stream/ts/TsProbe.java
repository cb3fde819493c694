package io.millrace.stream.ts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Looks at a transport stream's file before it is sent: whether it is one, and by which clock. */
public final class TsProbe {
  /** In so many bytes of the file the tables and two PCRs are found: 1 s of 250 Mbit/s. */
  private static final long MOST_BYTES = 32L << 20;

  /** M2TS puts a time stamp of four bytes before each packet. */
  private static final int M2TS_BYTES = 192;

  /** A packet with its Reed-Solomon code. */
  private static final int CODED_BYTES = 204;

  private static final int SEARCHED_BYTES = 64 * 1024;
  private static final int PAT_PID = 0;
  private static final int PAT = 0;
  private static final int PMT = 2;

  private final TsInput input;
  private final int[] pcrs = new int[TsPacket.PIDS];
  private int pmtPid = TsPacket.NULL_PID;
  private int programmePcrPid = TsPacket.NULL_PID;

  private TsProbe(TsInput input) {
    this.input = input;
  }

  /**
   * Checks that a file is a whole transport stream, and finds its clock.
   *
   * @param wanted the PID of the PCRs; negative: those of the first programme, else of any PID
   * @return the PID whose PCRs are the clock, or -1 if there is none in the first 32 MiB
   * @throws TsFormatException if it is no transport stream, or cut off
   */
  public static int pcrPid(FileChannel file, int wanted) throws IOException {
    checkBeginning(file);
    checkEnd(file);
    int pid = new TsProbe(new TsInput(file.position(0))).find(wanted);
    if (pid >= 0) {
      new TsTimeline(new TsInput(file.position(0)), pid, 0).ticks(0);
    }
    return pid;
  }

  private static void checkBeginning(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), SEARCHED_BYTES));
    while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {}
    bytes.flip();
    if (bytes.limit() < TsPacket.BYTES) {
      throw new TsFormatException(
          "%d bytes are no transport stream: a packet has %d"
              .formatted(bytes.limit(), TsPacket.BYTES));
    }
    if (isInSync(bytes, 0, TsPacket.BYTES)) {
      return;
    }
    if (isInSync(bytes, M2TS_BYTES - TsPacket.BYTES, M2TS_BYTES)) {
      throw other("192-byte packets with time stamps (M2TS)");
    }
    if (isInSync(bytes, 0, CODED_BYTES)) {
      throw other("204-byte packets with error correction");
    }
    for (int at = 1; at < bytes.limit(); at++) {
      if (isInSync(bytes, at, TsPacket.BYTES)) {
        throw new TsFormatException(
            "no sync byte (0x47) at offset %s: the first packet begins at offset %d; cut off what is before it"
                .formatted(firstWithoutSync(bytes), at));
      }
    }
    throw new TsFormatException(
        "no transport stream: no sync byte (0x47) at offset %s, and none every 188 bytes further on"
            .formatted(firstWithoutSync(bytes)));
  }

  private static TsFormatException other(String what) {
    return new TsFormatException(
        what
            + " can't be sent; make packets of 188 bytes: ffmpeg -i FILE -map 0 -c copy -f mpegts");
  }

  private static boolean isInSync(ByteBuffer bytes, int from, int stride) {
    int packets = 0;
    for (int at = from; at < bytes.limit() && packets < TsInput.IN_SYNC; at += stride) {
      if (bytes.get(at) != TsPacket.SYNC) {
        return false;
      }
      packets++;
    }
    // A short file has few; but one byte alone says nothing.
    return packets == TsInput.IN_SYNC || (packets > 0 && from == 0);
  }

  private static int firstWithoutSync(ByteBuffer bytes) {
    int at = 0;
    while (bytes.get(at) == TsPacket.SYNC) {
      at += TsPacket.BYTES;
    }
    return at;
  }

  /** A tail that isn't whole, unless sync was lost somewhere before it. */
  private static void checkEnd(FileChannel file) throws IOException {
    long size = file.size();
    long tail = size % TsPacket.BYTES;
    ByteBuffer last = ByteBuffer.allocate(1);
    if (tail != 0
        && file.read(last, size - tail - TsPacket.BYTES) == 1
        && last.get(0) == TsPacket.SYNC) {
      throw new TsFormatException(
          "the file is truncated: %d bytes are left behind the last whole packet; `truncate -s %d` cuts them off"
              .formatted(tail, size - tail));
    }
  }

  private int find(int wanted) throws IOException {
    while (input.next() && input.offset() < MOST_BYTES) {
      ByteBuffer buffer = input.buffer();
      int at = input.at();
      int pid = TsPacket.pid(buffer, at);
      if (pid == PAT_PID) {
        readPat(buffer, at);
      } else if (pid == pmtPid) {
        readPmt(buffer, at);
      }
      if (TsPacket.hasPcr(buffer, at)) {
        pcrs[pid]++;
      }
      int clock = wanted < 0 ? programmePcrPid : wanted;
      if (pcrs[clock] >= 2) {
        return clock;
      }
    }
    for (int pid = 0; pid < pcrs.length && wanted < 0; pid++) {
      if (pcrs[pid] >= 2) {
        return pid; // without tables, or with wrong ones
      }
    }
    return -1;
  }

  private void readPat(ByteBuffer buffer, int at) {
    int section = section(buffer, at, PAT);
    if (section < 0 || pmtPid != TsPacket.NULL_PID) {
      return;
    }
    int crcBytes = 4;
    int end = section + 3 + (buffer.getShort(section + 1) & 0xFFF) - crcBytes;
    for (int entry = section + 8; entry + 4 <= Math.min(end, at + TsPacket.BYTES); entry += 4) {
      if (buffer.getShort(entry) != 0) { // programme 0 is the network's table
        pmtPid = buffer.getShort(entry + 2) & 0x1FFF;
        return;
      }
    }
  }

  private void readPmt(ByteBuffer buffer, int at) {
    int section = section(buffer, at, PMT);
    if (section >= 0 && programmePcrPid == TsPacket.NULL_PID) {
      programmePcrPid = buffer.getShort(section + 8) & 0x1FFF;
    }
  }

  /** Where a table's section begins in a packet, with its first ten bytes; negative: it doesn't. */
  private static int section(ByteBuffer buffer, int at, int table) {
    int payload = TsPacket.payloadAt(buffer, at);
    if (!TsPacket.isUnitStart(buffer, at) || payload >= at + TsPacket.BYTES) {
      return -1;
    }
    int section = payload + 1 + (buffer.get(payload) & 0xFF);
    boolean whole = section + 10 <= at + TsPacket.BYTES;
    return whole && (buffer.get(section) & 0xFF) == table ? section : -1;
  }
}
