package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.stream.ts.RtpHeader;
import io.millrace.stream.ts.TsMaker;
import io.millrace.stream.ts.TsPacket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink plays the sender, on the reader's thread. */
final class TsReaderThreadTest implements SlotSink {
  private static final int PCR_PID = 0x100;
  private static final long MS = TsPacket.CLOCK_HZ / 1000;
  private static final int READ_AHEAD = 4;
  private static final int SLOTS = 8;
  private static final int SLOT_BYTES = 4096; // three datagrams

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Datagram(byte[] bytes, long dueNs) {}

  @TempDir private Path folder = Path.of("");

  private final Memory memory = new Memory(SLOTS, SLOT_BYTES);
  private final List<Datagram> arrived = Collections.synchronizedList(new ArrayList<>());
  private final List<String> noticed = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CountDownLatch enough = new CountDownLatch(30);
  private @Nullable QueuedSource source;
  private @Nullable TsReaderThread reader;
  private @Nullable String failure;

  @Override
  public boolean filled(int slot, int payloadBytes) {
    QueuedSource queue = source;
    assertThat(queue).isNotNull();
    queue.accept(slot, payloadBytes);
    int taken = queue.next(1, 0);
    int each = queue.datagramBytes();
    Timetable times = queue.timetable();
    for (int datagram = 0; datagram * each < queue.payloadBytes(); datagram++) {
      int from = datagram * each;
      long due = times == null ? -1 : times.times()[times.first() + datagram];
      arrived.add(
          new Datagram(
              memory.bytes(taken, from, Math.min(each, queue.payloadBytes() - from)), due));
      enough.countDown();
    }
    memory.references.release(taken);
    return true;
  }

  @Override
  public boolean ended(@Nullable String why) {
    failure = why;
    ended.countDown();
    return true;
  }

  @Override
  public void noticed(String what) {
    noticed.add(what);
  }

  @AfterEach
  void stop() throws InterruptedException {
    TsReaderThread started = reader;
    if (started != null) {
      started.requestStop();
      started.join(TimeUnit.SECONDS.toMillis(10));
      assertThat(started.isAlive()).isFalse();
    }
    assertThat(memory.pool.free()).isEqualTo(SLOTS);
    memory.close();
  }

  private void start(byte[] file, int pcrPid, @Nullable RtpHeader rtp, boolean loop)
      throws IOException {
    TsReaderThread.Format format = new TsReaderThread.Format(7, pcrPid, rtp, loop);
    Timetable timetable = pcrPid < 0 ? null : new Timetable(READ_AHEAD, 3);
    source = new QueuedSource(memory.references, format.datagramBytes(), READ_AHEAD, timetable);
    reader =
        new TsReaderThread(
            "test",
            Files.write(folder.resolve("stream.ts"), file),
            format,
            memory.slab,
            memory.pool,
            source,
            READ_AHEAD,
            this);
    reader.start();
  }

  private void awaitEnd() throws InterruptedException {
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private byte[] sent(int headerBytes) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Datagram datagram : arrived) {
      all.write(datagram.bytes, headerBytes, datagram.bytes.length - headerBytes);
    }
    return all.toByteArray();
  }

  /** A PCR every ten packets and 10 ms. */
  private static TsMaker file(int intervals) {
    TsMaker maker = new TsMaker();
    for (int interval = 0; interval < intervals; interval++) {
      maker.pcr(PCR_PID, (1000 + 10 * interval) * MS).payloads(0x200, 9);
    }
    return maker;
  }

  @Test
  void theFileArrivesWholeAndDatagramsWithAPcrAreDueAtIts() throws Exception {
    byte[] file = file(20).bytes();
    start(file, PCR_PID, null, false);
    awaitEnd();
    assertThat(failure).isNull();
    assertThat(sent(0)).isEqualTo(file);
    assertThat(arrived).hasSize(29); // 200 packets, 7 in each
    assertThat(arrived.getLast().bytes).hasSize(4 * TsPacket.BYTES);
    for (int datagram = 0; datagram < 29; datagram++) {
      int first = datagram * 7;
      int pcr = Math.ceilDiv(first, 10) * 10;
      int dueAt = pcr < first + 7 && pcr < 200 ? pcr : first;
      assertThat(arrived.get(datagram).dueNs).isEqualTo(TimeUnit.MILLISECONDS.toNanos(dueAt));
    }
  }

  @Test
  void rtpHeadersCountAndShowTheClock() throws Exception {
    byte[] file = file(20).bytes();
    start(file, PCR_PID, new RtpHeader(77, 65_530), false);
    awaitEnd();
    assertThat(sent(RtpHeader.BYTES)).isEqualTo(file);
    for (int datagram = 0; datagram < arrived.size(); datagram++) {
      ByteBuffer header = ByteBuffer.wrap(arrived.get(datagram).bytes);
      assertThat(header.getShort(0) & 0xFFFF).isEqualTo(0x8021);
      assertThat(header.getShort(2)).isEqualTo((short) (65_530 + datagram));
      long dueMs = TimeUnit.NANOSECONDS.toMillis(arrived.get(datagram).dueNs);
      assertThat(header.getInt(4)).isEqualTo((int) (90 * (1000 + dueMs)));
      assertThat(header.getInt(8)).isEqualTo(77);
    }
  }

  @Test
  void aLoopHasNoSeam() throws Exception {
    start(file(3).bytes(), PCR_PID, null, true); // 30 packets: no whole number of datagrams
    assertThat(enough.await(10, TimeUnit.SECONDS)).isTrue();
    reader().requestStop();
    reader().join(TimeUnit.SECONDS.toMillis(10));
    ByteBuffer sent = ByteBuffer.wrap(sent(0));
    int packets = sent.limit() / TsPacket.BYTES;
    assertThat(packets).isGreaterThan(200);
    for (int packet = 0; packet < packets; packet++) {
      int at = packet * TsPacket.BYTES;
      if (packet % 10 == 0) {
        assertThat(TsPacket.pcr(sent, at)).isEqualTo((1000 + packet) * MS);
      } else {
        int number = packet / 10 * 9 + packet % 10 - 1;
        assertThat(TsPacket.continuity(sent, at)).isEqualTo(number & 0xF);
      }
    }
    for (int datagram = 1; datagram < arrived.size(); datagram++) {
      assertThat(arrived.get(datagram).bytes).hasSize(7 * TsPacket.BYTES);
      assertThat(arrived.get(datagram).dueNs - arrived.get(datagram - 1).dueNs)
          .isBetween(1_000_000L, 13_000_000L);
    }
  }

  private TsReaderThread reader() {
    TsReaderThread started = reader;
    if (started == null) {
      throw new AssertionError("not started");
    }
    return started;
  }

  @Test
  void whatIsNoPacketIsLeftOutCountedAndNoticedOnce() throws Exception {
    byte[] file = file(20).bytes();
    file[33 * TsPacket.BYTES] = 0;
    file[77 * TsPacket.BYTES] = 0;
    byte[] cut = Arrays.copyOf(file, file.length - 10);
    start(cut, PCR_PID, null, false);
    awaitEnd();
    assertThat(failure).isNull();
    assertThat(sent(0)).hasSize(197 * TsPacket.BYTES);
    assertThat(reader().counters().malformedCount()).isEqualTo(3);
    assertThat(noticed).hasSize(1);
    assertThat(noticed.getFirst()).contains("no packet at offset " + 33 * TsPacket.BYTES);
  }

  @Test
  void aFileThatIsGoneIsAFailureWithItsName() throws Exception {
    start(new byte[0], PCR_PID, null, true);
    awaitEnd();
    assertThat(failure).contains("stream.ts").contains("has become empty");
  }

  @Test
  void withoutAClockThereAreNoTimes() throws Exception {
    byte[] file = new TsMaker().payloads(1, 30).bytes();
    start(file, -1, null, false);
    awaitEnd();
    assertThat(sent(0)).isEqualTo(file);
  }
}
