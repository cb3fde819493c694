package io.millrace.stream;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.stream.ts.RtpHeader;
import io.millrace.stream.ts.TsClock;
import io.millrace.stream.ts.TsInput;
import io.millrace.stream.ts.TsLoop;
import io.millrace.stream.ts.TsPacket;
import io.millrace.stream.ts.TsTimeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads a transport stream from a file, ahead of the sender, and says when each datagram is due.
 *
 * <p>A datagram with a PCR is due at the PCR's time, so that the distance of two PCRs is right
 * wherever in their datagrams they are; any other at its first packet's.
 */
public final class TsReaderThread extends SourceThread {
  private final Path path;
  private final Format format;
  private final QueuedSource source;
  private final int datagramsPerSlot;
  private boolean noticedLoss;

  // The slot that is being filled, the datagram in it, and what that has so far.
  private int slot = BufferPool.NONE;
  private ByteBuffer memory = ByteBuffer.allocate(0);
  private int datagram;
  private int filledBytes;
  private int packetsInDatagram;
  private long dueTicks;
  private boolean hasPcr;

  /** What the clock shows at time 0. */
  private long firstPcr = TsPacket.NONE;

  /**
   * What the datagrams are made of.
   *
   * @param packets in each, at least 1
   * @param pcrPid whose PCRs are the clock; negative: there is none
   * @param rtp their headers; null: they have none
   * @param loop whether the file's beginning follows its end
   */
  public record Format(int packets, int pcrPid, @Nullable RtpHeader rtp, boolean loop) {
    /** Bytes of each datagram but possibly the last. */
    public int datagramBytes() {
      return headerBytes() + packets * TsPacket.BYTES;
    }

    int headerBytes() {
      return rtp == null ? 0 : RtpHeader.BYTES;
    }
  }

  /**
   * A reader, not started.
   *
   * @param source of the format's datagrams; with a timetable, if there is a clock
   * @param readAheadSlots slots that may be filled ahead of the sender; the capacity of {@code
   *     source}
   */
  public TsReaderThread(
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
    datagramsPerSlot = bytesPerSlot() / source.datagramBytes();
  }

  @Override
  void feed() throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        FileChannel ahead = FileChannel.open(path, StandardOpenOption.READ)) {
      send(file, ahead);
    } catch (IOException failure) {
      throw new IOException(path + ": " + failure.getMessage(), failure);
    } finally {
      if (slot != BufferPool.NONE) {
        release(slot);
      }
    }
  }

  private void send(FileChannel file, FileChannel ahead) throws IOException {
    TsLoop loop = format.loop() ? new TsLoop() : null;
    long startTicks = 0;
    while (true) {
      TsInput input = new TsInput(file.position(0));
      TsTimeline timeline =
          format.pcrPid() < 0
              ? null
              : new TsTimeline(new TsInput(ahead.position(0)), format.pcrPid(), startTicks);
      long packets = pass(input, timeline, loop);
      if (isStopRequested()) {
        return;
      }
      if (loop == null) {
        endLast();
        return;
      }
      if (packets == 0) {
        throw new IOException("the file has become empty");
      }
      if (timeline == null) {
        loop.nextPass(TsPacket.NONE, TsPacket.NONE);
      } else {
        long endTicks = timeline.ticks(packets);
        startTicks = endTicks + loop.nextPass(timeline.firstPcr(), timeline.endPcr(packets));
      }
    }
  }

  /** Sends the file once; returns how many packets it has. */
  private long pass(TsInput input, @Nullable TsTimeline timeline, @Nullable TsLoop loop)
      throws IOException {
    long packets = 0;
    long losses = 0;
    while (input.next()) {
      if (input.losses() > losses) {
        losses = input.losses();
        lost(
            "no packet at offset %d; the next one found begins at offset %d"
                .formatted(input.lostAt(), input.offset()));
      }
      if (loop != null) {
        loop.rewrite(input.buffer(), input.at());
      }
      if (!add(input.buffer(), input.at(), packets, timeline)) {
        return packets;
      }
      packets++;
    }
    if (input.losses() > losses) {
      lost("no packet from offset %d on".formatted(input.lostAt()));
    }
    if (input.cutBytes() > 0) {
      lost("the last packet is cut off: %d bytes".formatted(input.cutBytes()));
    }
    return packets;
  }

  private void lost(String what) {
    counters().malformed();
    if (!noticedLoss) {
      noticedLoss = true;
      notice("%s: %s; this and what follows is left out and counted".formatted(path, what));
    }
  }

  /** Puts a packet into the datagram; false if the thread is to stop. */
  private boolean add(ByteBuffer packet, int at, long number, @Nullable TsTimeline timeline)
      throws IOException {
    if (packetsInDatagram == 0 && !begin(number, timeline)) {
      return false;
    }
    if (timeline != null
        && !hasPcr
        && TsPacket.pid(packet, at) == format.pcrPid()
        && TsPacket.hasPcr(packet, at)) {
      hasPcr = true;
      dueTicks = timeline.ticks(number);
    }
    memory.put(filledBytes, packet, at, TsPacket.BYTES);
    filledBytes += TsPacket.BYTES;
    packetsInDatagram++;
    if (packetsInDatagram == format.packets()) {
      end();
    }
    return true;
  }

  private boolean begin(long number, @Nullable TsTimeline timeline) throws IOException {
    if (slot == BufferPool.NONE) {
      slot = claim();
      if (slot == BufferPool.NONE) {
        return false;
      }
      memory = memory(slot);
      datagram = 0;
      filledBytes = 0;
    }
    filledBytes += format.headerBytes();
    hasPcr = false;
    dueTicks = timeline == null ? 0 : timeline.ticks(number);
    if (timeline != null && firstPcr == TsPacket.NONE) {
      firstPcr = timeline.firstPcr();
    }
    return true;
  }

  private void end() {
    Timetable timetable = source.timetable();
    if (timetable != null) {
      timetable.put(counters().slots(), datagram, TsClock.ns(dueTicks));
    }
    RtpHeader rtp = format.rtp();
    if (rtp != null) {
      rtp.write(memory, datagram * source.datagramBytes(), firstPcr + dueTicks);
    }
    packetsInDatagram = 0;
    datagram++;
    if (datagram == datagramsPerSlot) {
      handOverSlot();
    }
  }

  private void endLast() {
    if (packetsInDatagram > 0) {
      end();
    }
    if (slot != BufferPool.NONE) {
      handOverSlot();
    }
  }

  private void handOverSlot() {
    int filled = slot;
    slot = BufferPool.NONE;
    handOver(filled, filledBytes);
  }
}
