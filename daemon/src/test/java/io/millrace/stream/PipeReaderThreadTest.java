package io.millrace.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sink plays the sender, on the reader's thread: what comes is kept, and its slot let go of.
 */
final class PipeReaderThreadTest implements SlotSink {
  private static final int MOST = 300; // three to a slot of 1024 bytes
  private static final int READ_AHEAD = 4;
  private static final byte[] END = {};

  @TempDir private Path folder = Path.of("");

  private final Memory memory = new Memory(8, 1024);
  private final QueuedSource source = new QueuedSource(memory.references, MOST, READ_AHEAD);
  private final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
  private volatile @Nullable String failure;
  private @Nullable PipeReaderThread reader;

  @Override
  public boolean filled(int slot, int payloadBytes) {
    source.accept(slot, payloadBytes);
    int taken = source.next(1, 0);
    arrived.add(memory.bytes(taken, 0, source.payloadBytes()));
    memory.references.release(taken);
    return true;
  }

  @Override
  public boolean ended(@Nullable String why) {
    failure = why;
    arrived.add(END);
    return true;
  }

  @AfterEach
  void stop() throws InterruptedException {
    PipeReaderThread started = reader;
    if (started != null) {
      started.requestStop();
      started.join(TimeUnit.SECONDS.toMillis(10));
      assertThat(started.isAlive()).as("the reader is still alive").isFalse();
    }
    assertThat(memory.pool.free()).isEqualTo(8);
    memory.close();
  }

  private PipeReaderThread start(Path path, PipeInput.AtEnd atEnd, Framing framing) {
    PipeReaderThread started =
        new PipeReaderThread(
            "test",
            PipeInput.of(path, atEnd),
            framing,
            memory.slab,
            memory.pool,
            source,
            READ_AHEAD,
            this);
    reader = started;
    started.start();
    return started;
  }

  private Path fifo() throws IOException, InterruptedException {
    Path path = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    return path;
  }

  private byte[] await() throws InterruptedException {
    byte[] datagrams = arrived.poll(10, TimeUnit.SECONDS);
    if (datagrams == null) {
      throw new AssertionError("nothing comes");
    }
    return datagrams;
  }

  private void awaitTexts(String... texts) throws InterruptedException {
    for (String text : texts) {
      assertThat(new String(await(), US_ASCII)).isEqualTo(text);
    }
  }

  private static void write(Path path, String text) throws IOException {
    Files.writeString(path, text, US_ASCII, StandardOpenOption.WRITE);
  }

  private static void append(Path path, String text) throws IOException {
    Files.writeString(path, text, US_ASCII, StandardOpenOption.APPEND);
  }

  @Test
  void aFifoEndsWithItsWriter() throws Exception {
    Path fifo = fifo();
    PipeReaderThread started = start(fifo, PipeInput.AtEnd.END, Framing.LINE);
    write(fifo, "one\ntwo\n\nthree");
    awaitTexts("one", "two", "three");
    assertThat(await()).isSameAs(END);
    assertThat(failure).isNull();
    assertThat(started.counters().datagrams()).isEqualTo(3);
    assertThat(started.counters().bytes()).isEqualTo(11);
    assertThat(started.counters().skippedCount()).isEqualTo(1);
    assertThat(started.queuedSlots()).isZero();
  }

  @Test
  void aFifoWaitsForItsNextWriter() throws Exception {
    Path fifo = fifo();
    start(fifo, PipeInput.AtEnd.WAIT, Framing.LINE);
    // Each opens while the reader may just be seeing the last one go: none finds it without a
    // reader.
    for (int writer = 0; writer < 300; writer++) {
      write(fifo, writer + "\n");
      awaitTexts(String.valueOf(writer));
    }
  }

  @Test
  void itStopsWhileItWaitsForAWriter() throws Exception {
    start(fifo(), PipeInput.AtEnd.WAIT, Framing.LINE);
    TimeUnit.MILLISECONDS.sleep(50); // now it most likely waits; stop() has to end it either way
  }

  @Test
  void itStopsBeforeItHasBegunToRead() throws Exception {
    for (int round = 0; round < 50; round++) {
      start(round == 0 ? fifo() : folder.resolve("fifo"), PipeInput.AtEnd.END, Framing.LINE)
          .requestStop();
      assertThat(reader).isNotNull();
      reader.join(TimeUnit.SECONDS.toMillis(10));
      assertThat(reader.isAlive()).isFalse();
    }
  }

  @Test
  void itStopsWhileItsWriterSaysNothing() throws Exception {
    Path fifo = fifo();
    PipeReaderThread started = start(fifo, PipeInput.AtEnd.END, Framing.LINE);
    try (OutputStream writer = Files.newOutputStream(fifo, StandardOpenOption.WRITE)) {
      writer.write("one\nunfini".getBytes(US_ASCII));
      awaitTexts("one");
      started.requestStop();
      started.join(TimeUnit.SECONDS.toMillis(10));
      assertThat(started.isAlive()).isFalse();
      assertThat(failure).isNull();
    }
  }

  @Test
  void fixedDatagramsFillSlotsAndArriveWhole() throws Exception {
    byte[] content = new byte[1_000_123];
    new Random(1).nextBytes(content);
    start(Files.write(folder.resolve("file"), content), PipeInput.AtEnd.END, Framing.FIXED);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    boolean full = false;
    for (byte[] slot = await(); slot.length > 0; slot = await()) {
      all.writeBytes(slot);
      full |= slot.length == 3 * MOST;
    }
    assertThat(all.toByteArray()).isEqualTo(content);
    assertThat(full).as("some slot held three datagrams").isTrue();
  }

  @Test
  void aFileThatGrowsIsFollowed() throws Exception {
    Path file = Files.writeString(folder.resolve("log"), "one\ntw");
    start(file, PipeInput.AtEnd.WAIT, Framing.LINE);
    awaitTexts("one");
    append(file, "o\n");
    awaitTexts("two");
    append(file, "three\n");
    awaitTexts("three");
  }

  @Test
  void aFileThatIsReplacedIsOpenedAnew() throws Exception {
    Path file = Files.writeString(folder.resolve("log"), "one\n");
    start(file, PipeInput.AtEnd.REOPEN, Framing.LINE);
    awaitTexts("one");
    Files.move(file, folder.resolve("log.1"));
    append(
        folder.resolve("log.1"),
        "two\n"); // written after the rotation, by a process that has it open
    TimeUnit.MILLISECONDS.sleep(100);
    Files.writeString(folder.resolve("new"), "three\n");
    Files.move(folder.resolve("new"), file, StandardCopyOption.ATOMIC_MOVE);
    awaitTexts("two", "three");
  }

  @Test
  void aFileThatIsTruncatedIsReadFromItsStart() throws Exception {
    Path file = Files.writeString(folder.resolve("log"), "a first line\n");
    start(file, PipeInput.AtEnd.REOPEN, Framing.LINE);
    awaitTexts("a first line");
    Files.writeString(file, "two\n");
    awaitTexts("two");
  }

  @Test
  void whatCannotBeReadIsAFailureWithItsName() throws Exception {
    start(folder, PipeInput.AtEnd.END, Framing.LINE);
    assertThat(await()).isSameAs(END);
    assertThat(failure).contains(folder.toString());
  }
}
