package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files loaded into registered memory: the loader, and the source that it makes. */
final class PreloadedSourceTest {
  private static final int SLOT_BYTES = 1024;
  private static final int DATAGRAM_BYTES = 300; // three to a slot, 124 bytes unused

  @TempDir private Path folder = Path.of("");

  private final Memory memory = new Memory(8, SLOT_BYTES);
  private final FilePreloader preloader =
      new FilePreloader(memory.slab, memory.pool, memory.references);

  @AfterEach
  void close() {
    memory.close();
  }

  private byte[] write(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    Files.write(folder.resolve(name), content);
    return content;
  }

  private PreloadedSource load(String name, boolean loop) throws IOException {
    return Objects.requireNonNull(
        preloader.load(folder.resolve(name), DATAGRAM_BYTES, loop), "it fits");
  }

  /** Reads what a source gives until its end, at most so many slots; releases each. */
  private byte[] drain(Source source, int slots) {
    byte[] content = new byte[0];
    for (int taken = 0; taken < slots; taken++) {
      int slot = source.next(1, 0);
      if (slot == Source.FINISHED) {
        break;
      }
      content = concat(content, memory.bytes(slot, 0, source.payloadBytes()));
      memory.references.release(slot);
    }
    return content;
  }

  private static byte[] concat(byte[] left, byte[] right) {
    byte[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }

  @Test
  void theWholeFileComesOnceWithItsShortEnd() throws IOException {
    byte[] content = write("a", 2 * 900 + 650);
    PreloadedSource source = load("a", false);
    assertThat(source.datagramBytes()).isEqualTo(300);
    assertThat(drain(source, 100)).isEqualTo(content);
    assertThat(source.payloadBytes()).as("two datagrams and a short one").isEqualTo(650);
    assertThat(source.next(1, 0)).isEqualTo(Source.FINISHED);
  }

  @Test
  void inALoopItBeginsAgain() throws IOException {
    byte[] content = write("a", 1000);
    PreloadedSource source = load("a", true);
    assertThat(drain(source, 6)).isEqualTo(concat(content, concat(content, content)));
  }

  @Test
  void itsSlotsStayItsOwnUntilItIsClosed() throws IOException {
    write("a", 2700);
    PreloadedSource source = load("a", true);
    assertThat(memory.pool.free()).isEqualTo(5);
    int slot = source.next(1, 0);
    memory.references.acquireForKernel(slot);
    memory.references.release(slot);
    memory.references.releaseFromKernel(slot);
    assertThat(memory.pool.free()).as("sent, and still loaded").isEqualTo(5);
    source.close();
    assertThat(memory.pool.free()).isEqualTo(8);
  }

  @Test
  void aFileOfMoreThanHalfTheSlotsIsNotLoaded() throws IOException {
    write("fits", 4 * 900);
    write("too large", 4 * 900 + 1);
    assertThat(preloader.load(folder.resolve("too large"), DATAGRAM_BYTES, false)).isNull();
    assertThat(memory.pool.free()).as("nothing was taken for it").isEqualTo(8);
    assertThat(preloader.load(folder.resolve("fits"), DATAGRAM_BYTES, false)).isNotNull();
    assertThat(memory.pool.free()).isEqualTo(4);
  }

  @Test
  void filesShareTheHalf() throws IOException {
    write("a", 3 * 900);
    write("b", 2 * 900);
    write("c", 900);
    load("a", false);
    assertThat(preloader.load(folder.resolve("b"), DATAGRAM_BYTES, false)).isNull();
    load("c", false);
    assertThat(memory.pool.free()).isEqualTo(4);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> preloader.load(folder.resolve("gone"), DATAGRAM_BYTES, false))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("gone");
  }

  @Test
  void aFileThatHasBecomeEmptyIsFinishedEvenInALoop() throws IOException {
    write("empty", 0);
    assertThat(load("empty", false).next(1, 0)).isEqualTo(Source.FINISHED);
    assertThat(load("empty", true).next(1, 0)).isEqualTo(Source.FINISHED);
  }
}
