package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test plays the sender: it accepts slots, takes them from the source and lets go of them. */
final class FileReaderThreadTest implements SlotSink {
  private static final int DATAGRAM_BYTES = 300; // three to a slot of 1024 bytes
  private static final int READ_AHEAD = 4;

  /** What the reader hands over: a filled slot, or the end. */
  private record Event(int slot, int bytes, @Nullable String failure) {
    static final int END = -1;
  }

  @TempDir private Path folder = Path.of("");

  private final Memory memory = new Memory(8, 1024);
  private final QueuedSource source =
      new QueuedSource(memory.references, DATAGRAM_BYTES, READ_AHEAD);
  private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(2);
  private @Nullable FileReaderThread reader;

  @Override
  public boolean filled(int slot, int payloadBytes) {
    return events.offer(new Event(slot, payloadBytes, null));
  }

  @Override
  public boolean ended(@Nullable String failure) {
    return events.offer(new Event(Event.END, 0, failure));
  }

  @AfterEach
  void stop() throws InterruptedException {
    FileReaderThread started = reader;
    if (started != null) {
      started.requestStop();
      started.join(TimeUnit.SECONDS.toMillis(10));
      assertThat(started.isAlive()).isFalse();
    }
    memory.close();
  }

  private Path write(int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return Files.write(folder.resolve("file"), content);
  }

  private FileReaderThread start(Path path, boolean loop) {
    FileReaderThread started =
        new FileReaderThread(
            "test", path, loop, memory.slab, memory.pool, source, READ_AHEAD, this);
    reader = started;
    started.start();
    return started;
  }

  private Event await() throws InterruptedException {
    Event event = events.poll(10, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("the reader hands over nothing");
    }
    return event;
  }

  /** The payload of an event, as the sender would send it. */
  private byte[] send(Event event) {
    source.accept(event.slot, event.bytes);
    int slot = source.next(1, 0);
    byte[] payload = memory.bytes(slot, 0, source.payloadBytes());
    memory.references.release(slot);
    return payload;
  }

  /** Sends everything up to the end and returns that. */
  private Event sendAll(ByteArrayOutputStream sent) throws InterruptedException {
    Event event = await();
    while (event.slot != Event.END) {
      sent.writeBytes(send(event));
      event = await();
    }
    return event;
  }

  @Test
  void theWholeFileComesInOrderWithItsShortEnd() throws Exception {
    Path file = write(100 * 900 + 650);
    start(file, false);
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    assertThat(sendAll(sent).failure).isNull();
    assertThat(sent.toByteArray()).isEqualTo(Files.readAllBytes(file));
    assertThat(memory.pool.free()).isEqualTo(8);
  }

  @Test
  void aSlotHoldsWholeDatagramsOnly() throws Exception {
    start(write(2000), false);
    assertThat(send(await())).hasSize(900);
    assertThat(send(await())).hasSize(900);
    assertThat(send(await())).hasSize(200);
    assertThat(await().slot).isEqualTo(Event.END);
  }

  @Test
  void inALoopItBeginsAgainAfterTheShortEnd() throws Exception {
    Path file = write(1000);
    start(file, true);
    byte[] content = Files.readAllBytes(file);
    for (int pass = 0; pass < 5; pass++) {
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      sent.writeBytes(send(await()));
      sent.writeBytes(send(await()));
      assertThat(sent.toByteArray()).as("pass %d", pass).isEqualTo(content);
    }
  }

  @Test
  void theReaderKeepsToItsReadAhead() throws Exception {
    start(write(100 * 900), true);
    for (int slot = 0; slot < READ_AHEAD; slot++) {
      Event event = await();
      source.accept(event.slot, event.bytes); // and not taken
    }
    assertThat(events.poll(100, TimeUnit.MILLISECONDS)).isNull();
    int slot = source.next(1, 0);
    memory.references.release(slot);
    assertThat(await().slot).isNotEqualTo(Event.END);
  }

  @Test
  void aFileThatIsShortenedWhileItLoopsIsSentShorter() throws Exception {
    Path file = write(1000);
    start(file, true);
    send(await());
    send(await());
    truncate(file, 400);
    byte[] content = Files.readAllBytes(file);
    byte[] sent;
    int attempts = 0;
    do {
      sent = send(await());
      assertThat(attempts++).as("slots that were read before").isLessThan(20);
    } while (sent.length != 400);
    assertThat(sent).isEqualTo(content);
    assertThat(send(await())).isEqualTo(content);
  }

  @Test
  void aFileThatBecomesEmptyWhileItLoopsIsAFailure() throws Exception {
    Path file = write(1000);
    start(file, true);
    send(await());
    truncate(file, 0);
    Event end = sendAll(new ByteArrayOutputStream());
    assertThat(end.failure).contains(file.toString()).contains("the file has become empty");
    assertThat(memory.pool.free()).isEqualTo(8);
  }

  @Test
  void aFileThatIsDeletedWhileItLoopsIsStillOpenAndGoesOn() throws Exception {
    Path file = write(900);
    byte[] content = Files.readAllBytes(file);
    start(file, true);
    send(await());
    Files.delete(file);
    for (int pass = 0; pass < 10; pass++) {
      assertThat(send(await())).isEqualTo(content);
    }
  }

  @Test
  void aFileThatIsGoneFromTheStartIsAFailureThatNamesIt() throws Exception {
    Path file = folder.resolve("gone");
    start(file, false);
    Event end = await();
    assertThat(end.slot).isEqualTo(Event.END);
    assertThat(end.failure).contains(file.toString()).contains("NoSuchFileException");
  }

  @Test
  void aFolderIsAFailureAndKeepsNoSlot() throws Exception {
    start(folder, false);
    Event end = await();
    assertThat(end.failure).contains("Is a directory");
    assertThat(memory.pool.free()).isEqualTo(8);
  }

  /** The command queue is full, as it may be when the sender is busy; then the daemon stops. */
  @Test
  void stoppingReleasesTheSlotThatWasNotHandedOver() throws Exception {
    FileReaderThread started = start(write(100 * 900), true);
    Event first = await();
    // The queue of two fills up again; the reader holds one more that nobody takes.
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (memory.pool.free() > 4) {
      assertThat(System.nanoTime() - deadlineNs).as("time left").isNegative();
      Thread.onSpinWait();
    }
    started.requestStop();
    started.join(TimeUnit.SECONDS.toMillis(10));
    assertThat(started.isAlive()).isFalse();
    assertThat(memory.pool.free()).as("all but the three handed over").isEqualTo(5);
    memory.pool.release(first.slot);
    for (Event event : events) {
      memory.pool.release(event.slot);
    }
    assertThat(memory.pool.free()).isEqualTo(8);
  }

  @Test
  void anExhaustedPoolIsWaitedFor() throws Exception {
    int[] held = new int[8];
    for (int slot = 0; slot < 8; slot++) {
      held[slot] = memory.pool.claim();
    }
    start(write(300), false);
    assertThat(events.poll(20, TimeUnit.MILLISECONDS)).isNull();
    for (int slot : held) {
      memory.pool.release(slot);
    }
    assertThat(send(await())).hasSize(300);
  }

  @Test
  void aSlotThatIsReadIntoIsNoLongerTakenForAGenerators() throws Exception {
    for (int slot = 0; slot < 8; slot++) {
      memory.slab.filler(slot, 1);
    }
    start(write(300), false);
    Event event = await();
    assertThat(memory.slab.filler(event.slot)).isZero();
  }

  private static void truncate(Path file, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    }
  }
}
