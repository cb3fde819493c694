package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.SkipReason;
import io.millrace.stream.pcap.CaptureFilter;
import io.millrace.stream.pcap.CaptureFilter.Rule;
import io.millrace.stream.pcap.CaptureFilter.Side;
import io.millrace.stream.pcap.CaptureMaker;
import io.millrace.stream.pcap.PacketMaker;
import java.io.IOException;
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
final class PcapReaderThreadTest implements SlotSink {
  private static final long BEGIN = 1_700_000_000_000_000_000L;
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final int LONGEST = 1000;
  private static final int READ_AHEAD = 4;
  private static final int SLOTS = 8;
  private static final Side ANY = new Side(null, 0, 65535);

  /** A payload's first byte, its length, and when it was due. */
  private record Datagram(int first, int bytes, long dueNs) {}

  @TempDir private Path folder = Path.of("");

  private final Memory memory = new Memory(SLOTS, 4096);
  private final List<Datagram> arrived = Collections.synchronizedList(new ArrayList<>());
  private final List<String> noticed = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CountDownLatch enough = new CountDownLatch(10);
  private @Nullable QueuedSource source;
  private @Nullable PcapReaderThread reader;
  private @Nullable String failure;

  @Override
  public boolean filled(int slot, int payloadBytes) {
    QueuedSource queue = source;
    assertThat(queue).isNotNull();
    queue.accept(slot, payloadBytes);
    int taken = queue.next(1, 0);
    byte[] bytes = memory.bytes(taken, 0, queue.payloadBytes());
    for (byte value : bytes) {
      assertThat(value).isEqualTo(bytes[0]);
    }
    Timetable times = queue.timetable();
    assertThat(times).isNotNull();
    arrived.add(new Datagram(bytes[0], bytes.length, times.times()[times.first()]));
    memory.references.release(taken);
    enough.countDown();
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
    PcapReaderThread started = reader;
    if (started != null) {
      started.requestStop();
      started.join(TimeUnit.SECONDS.toMillis(10));
      assertThat(started.isAlive()).isFalse();
    }
    assertThat(memory.pool.free()).isEqualTo(SLOTS);
    memory.close();
  }

  private PcapReaderThread start(CaptureMaker file, PcapReaderThread.Format format)
      throws IOException {
    return start(file.bytes(), format);
  }

  private PcapReaderThread start(byte[] file, PcapReaderThread.Format format) throws IOException {
    source = new QueuedSource(memory.references, LONGEST, READ_AHEAD, new Timetable(READ_AHEAD, 1));
    PcapReaderThread started =
        new PcapReaderThread(
            "test",
            Files.write(folder.resolve("made.pcap"), file),
            format,
            memory.slab,
            memory.pool,
            source,
            READ_AHEAD,
            this);
    reader = started;
    started.start();
    return started;
  }

  private static PcapReaderThread.Format once(Rule... rules) {
    return new PcapReaderThread.Format(
        new CaptureFilter(List.of(rules)), PcapReaderThread.ALL, false, -1, HOUR);
  }

  private static PcapReaderThread.Format loop(long count, long gapNs) {
    return new PcapReaderThread.Format(new CaptureFilter(List.of()), count, true, gapNs, HOUR);
  }

  private void awaitEnd() throws InterruptedException {
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static PacketMaker udp(int length, int value, int toPort) {
    byte[] payload = new byte[length];
    Arrays.fill(payload, (byte) value);
    return PacketMaker.udp(payload, 40_000, toPort);
  }

  private static byte[] packet(int length, int value) {
    return udp(length, value, 5004).ipv4().ethernet().bytes();
  }

  private static CaptureMaker three() {
    return CaptureMaker.pcap()
        .record(BEGIN, packet(1, 'a'))
        .record(BEGIN + 70, packet(1000, 'b'))
        .record(BEGIN + 100, packet(500, 'c'));
  }

  @Test
  void payloadsOfAnyLengthAreDueAsFarApartAsTheyWereCaptured() throws Exception {
    start(three(), once());
    awaitEnd();
    assertThat(failure).isNull();
    assertThat(arrived)
        .containsExactly(
            new Datagram('a', 1, 0), new Datagram('b', 1000, 70), new Datagram('c', 500, 100));
    assertThat(noticed).isEmpty();
  }

  @Test
  void whatIsLeftOutIsCountedByReasonAndItsTimeGoesOn() throws Exception {
    CaptureMaker file =
        CaptureMaker.pcap()
            .record(BEGIN, udp(9, 'f', 7).ipv4().ethernet().bytes())
            .record(BEGIN + 10, packet(9, 'a'))
            .record(BEGIN + 20, udp(9, 'f', 7).ipv6().ethernet().bytes())
            .record(BEGIN + 30, packet(1001, 'l'))
            .record(BEGIN + 40, packet(1002, 'l'))
            .record(BEGIN + 50, packet(0, 0))
            .record(BEGIN + 60, new byte[60])
            .record(BEGIN + 70, new byte[10])
            .record(BEGIN + 80, packet(9, 'b'));
    PcapReaderThread started = start(file, once(new Rule(ANY, new Side(null, 5004, 5004))));
    awaitEnd();
    assertThat(arrived).containsExactly(new Datagram('a', 9, 0), new Datagram('b', 9, 70));
    assertThat(skipped(started, SkipReason.FILTERED)).isEqualTo(2);
    assertThat(skipped(started, SkipReason.TOO_LONG)).isEqualTo(2);
    assertThat(skipped(started, SkipReason.EMPTY)).isEqualTo(1);
    assertThat(skipped(started, SkipReason.NOT_UDP)).isEqualTo(1);
    assertThat(started.counters().skippedCount()).isEqualTo(6);
    assertThat(started.counters().malformedCount()).isEqualTo(1);
    assertThat(noticed).hasSize(1);
    assertThat(noticed.getFirst()).contains("has 1001 bytes, and datagram-size is 1000");
  }

  private static long skipped(PcapReaderThread of, SkipReason reason) {
    return of.counters().skippedCount(reason.ordinal());
  }

  @Test
  void aLoopGoesOnAfterTheGap() throws Exception {
    PcapReaderThread started = start(three(), loop(PcapReaderThread.ALL, -1));
    assertThat(enough.await(10, TimeUnit.SECONDS)).isTrue();
    started.requestStop();
    started.join(TimeUnit.SECONDS.toMillis(10));
    assertThat(arrived.subList(0, 10).stream().map(Datagram::dueNs))
        .containsExactly(0L, 70L, 100L, 150L, 220L, 250L, 300L, 370L, 400L, 450L);
  }

  @Test
  void aLoopOfSoManyDatagramsEnds() throws Exception {
    start(three(), loop(7, 1000));
    awaitEnd();
    assertThat(failure).isNull();
    assertThat(arrived.stream().map(Datagram::dueNs))
        .containsExactly(0L, 70L, 100L, 1100L, 1170L, 1200L, 2200L);
  }

  @Test
  void aFileThatIsCutOffIsSentAsFarAsItGoesAndNoticedOnce() throws Exception {
    byte[] whole = three().bytes();
    PcapReaderThread started = start(Arrays.copyOf(whole, whole.length - 1), loop(7, 0));
    awaitEnd();
    assertThat(failure).isNull();
    assertThat(arrived.stream().map(Datagram::first)).isEqualTo("abababa".chars().boxed().toList());
    assertThat(started.counters().malformedCount()).isEqualTo(3);
    assertThat(noticed).hasSize(1);
    assertThat(noticed.getFirst()).contains("made.pcap: cut off in a packet at offset");
  }

  @Test
  void aGapThatIsTooLongIsCutAndNoticed() throws Exception {
    CaptureMaker file = CaptureMaker.pcap().record(0, packet(1, 'a'));
    start(file.record(BEGIN, packet(1, 'b')).record(BEGIN + 5, packet(1, 'c')), once());
    awaitEnd();
    assertThat(arrived.stream().map(Datagram::dueNs)).containsExactly(0L, HOUR, HOUR + 5);
    assertThat(noticed).hasSize(1);
    assertThat(noticed.getFirst()).contains("longer than longest-gap, and cut to 3600 s");
  }

  @Test
  void aFileWithoutDatagramsIsNoLoop() throws Exception {
    start(CaptureMaker.pcap().record(0, new byte[60]), loop(PcapReaderThread.ALL, 0));
    awaitEnd();
    assertThat(failure).contains("made.pcap: the file has no datagram to send any more");
  }

  @Test
  void aFileThatIsNoCaptureAnyMoreIsAFailure() throws Exception {
    start(new byte[100], once());
    awaitEnd();
    assertThat(failure).contains("made.pcap: no capture");
  }
}
