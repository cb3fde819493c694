package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.StreamCounters.State;
import io.millrace.stream.Pacer;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.SlotSink;
import io.millrace.stream.Stream;
import io.millrace.stream.Timetable;
import io.millrace.stream.TsReaderThread;
import io.millrace.stream.ts.TsMaker;
import io.millrace.stream.ts.TsPacket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream whose source says when its datagrams are due, from the file to the socket. */
@Tag("kernel")
final class SourceTimesTest {
  private static final int PCR_PID = 0x100;
  private static final int INTERVALS = 21;
  private static final int INTERVAL_MS = 20;
  private static final int PACKETS = 14; // of an interval: two datagrams
  private static final int READ_AHEAD = 4;
  private static final int SLOT_BYTES = 4096;

  private final SenderRig rig = SenderRig.onRealKernel(16, SLOT_BYTES);
  private final Receiver receiver = Receiver.open();

  @TempDir private Path folder = Path.of("");

  @AfterEach
  void close() {
    rig.close();
    receiver.close();
  }

  /** Hands slots to the rig's first stream. */
  private final class Sink implements SlotSink {
    @Override
    public boolean filled(int slot, int payloadBytes) {
      return rig.proxy().slotFilled(0, slot, payloadBytes);
    }

    @Override
    public boolean ended(@Nullable String failure) {
      return rig.proxy().sourceEnded(0, failure != null);
    }
  }

  private static byte[] file() {
    TsMaker maker = new TsMaker();
    for (int interval = 0; interval < INTERVALS; interval++) {
      maker.pcr(PCR_PID, (long) interval * INTERVAL_MS * (TsPacket.CLOCK_HZ / 1000));
      maker.payloads(0x200, PACKETS - 1);
    }
    return maker.bytes();
  }

  private TsReaderThread reader(QueuedSource source) throws IOException {
    return new TsReaderThread(
        "test",
        Files.write(folder.resolve("stream.ts"), file()),
        new TsReaderThread.Format(7, PCR_PID, null, false),
        rig.slab,
        rig.pool,
        source,
        READ_AHEAD,
        new Sink());
  }

  private QueuedSource source() {
    return new QueuedSource(rig.references, 1316, READ_AHEAD, new Timetable(READ_AHEAD, 3));
  }

  private long sendAll(Stream stream, TsReaderThread reader) throws InterruptedException {
    CompletableFuture<List<byte[]>> received = receiver.receive(2 * INTERVALS);
    rig.start();
    long began = System.nanoTime();
    reader.start();
    rig.awaitEnded(stream);
    long tookNs = System.nanoTime() - began;
    reader.join();
    assertThat(received.join()).allSatisfy(datagram -> assertThat(datagram).hasSize(1316));
    assertThat(stream.counters().state()).isEqualTo(State.FINISHED);
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
    return tookNs;
  }

  @Test
  void theClockOfTheStreamIsKept() throws Exception {
    QueuedSource source = source();
    Stream stream = rig.add(source, Pacer.ofSource(1, SenderRig.BURST_NS), receiver.address());
    long tookNs = sendAll(stream, reader(source));
    // 41 steps of 10 ms; what is late by more than the burst only makes it longer.
    assertThat(tookNs).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(410 - 6));
  }

  @Test
  void itsSpeedAndItsPaceMayChangeOnTheWay() throws Exception {
    QueuedSource source = source();
    Stream stream = rig.add(source, Pacer.ofSource(0.001, 0), receiver.address());
    CompletableFuture<List<byte[]>> received = receiver.receive(2 * INTERVALS);
    rig.start();
    TsReaderThread reader = reader(source);
    reader.start();
    rig.await("the first is sent", () -> stream.counters().offeredDatagrams() > 0);
    assertThat(rig.proxy().rate(0, Pacer.Unit.DATAGRAMS, 1000)).isTrue();
    rig.await("more are sent", () -> stream.counters().offeredDatagrams() > 5);
    assertThat(rig.proxy().rate(0, Pacer.Unit.SOURCE, 2)).isTrue();
    rig.awaitEnded(stream);
    reader.join();
    assertThat(received.join()).hasSize(2 * INTERVALS);
    rig.stop();
    rig.assertBooksAreClosed();
  }

  @Test
  void stoppedBeforeItsTimeItLetsGoOfEverySlot() throws Exception {
    QueuedSource source = source();
    Stream stream = rig.add(source, Pacer.ofSource(0.001, 0), receiver.address());
    rig.start();
    TsReaderThread reader = reader(source);
    reader.start();
    rig.await("the first is sent", () -> stream.counters().offeredDatagrams() > 0);
    reader.requestStop();
    reader.join();
    rig.stop();
    assertThat(stream.counters().offeredDatagrams()).isEqualTo(1);
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }
}
