package io.millrace.loadtest.receiver;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Payload bytes on their way to a file, in the order in which they are appended, with their
 * SHA-256. The receiver thread appends into large chunks; a thread of its own hashes and writes
 * them, so that a disk which stalls for a moment costs memory, not datagrams. When all chunks wait
 * for the disk, {@link #append} waits too, and says so in {@link #stalls()}.
 *
 * <p>One thread appends and finishes; only the writer thread touches a chunk between the two
 * queues.
 */
final class PayloadFile implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 20;

  /** 64 MiB in all: half a second of a full 1 Gbit/s. */
  private static final int CHUNKS = 64;

  /** Off-heap memory and the same memory as the buffer that channels and digests want. */
  private record Chunk(MemorySegment memory, ByteBuffer buffer) {
    static Chunk allocate(Arena arena) {
      MemorySegment memory = arena.allocate(CHUNK_BYTES, Long.BYTES);
      return new Chunk(memory, memory.asByteBuffer());
    }
  }

  private final Path path;
  private final Arena arena = Arena.ofShared();
  private final FileChannel channel;
  private final MessageDigest digest;
  private final Thread writer;

  /** Empty chunks: the writer puts, the appender takes. */
  private final ArrayBlockingQueue<Chunk> free = new ArrayBlockingQueue<>(CHUNKS);

  /** Filled chunks: the appender puts, the writer takes. One of no bytes is the end. */
  private final ArrayBlockingQueue<Chunk> filled = new ArrayBlockingQueue<>(CHUNKS);

  private Chunk current;
  private int currentBytes;
  private long bytes;
  private long stalls;
  private boolean finished;

  /** Written by the writer thread, read after it has ended. */
  private @Nullable IOException failure;

  /**
   * Creates or empties the file.
   *
   * @throws IOException if the file can't be created
   */
  PayloadFile(Path path) throws IOException {
    this.path = path;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
    this.channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    this.current = Chunk.allocate(arena);
    for (int i = 1; i < CHUNKS; i++) {
      free.add(Chunk.allocate(arena));
    }
    this.writer = Thread.ofPlatform().name("payload-writer").daemon().start(this::writeAll);
  }

  /** Copies {@code length} bytes out of {@code source}; waits while no chunk is free. */
  void append(MemorySegment source, long offset, int length) {
    assert length <= CHUNK_BYTES : length;
    if (length > CHUNK_BYTES - currentBytes) {
      handOver();
    }
    MemorySegment.copy(source, offset, current.memory(), currentBytes, length);
    currentBytes += length;
    bytes += length;
  }

  private void handOver() {
    try {
      current.buffer().position(0).limit(currentBytes);
      filled.put(current);
      Chunk next = free.poll();
      if (next == null) {
        stalls++;
        next = free.take();
      }
      current = next;
      currentBytes = 0;
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts the receiver thread", interrupted);
    }
  }

  private void writeAll() {
    try {
      for (Chunk chunk = filled.take(); chunk.buffer().hasRemaining(); chunk = filled.take()) {
        if (failure == null) {
          write(chunk.buffer());
        }
        free.put(chunk);
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts the writer thread", interrupted);
    }
  }

  /**
   * After a failure the rest is thrown away: the receiver goes on counting, and the failure is told
   * at the end.
   */
  private void write(ByteBuffer buffer) {
    try {
      digest.update(buffer.duplicate());
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException failed) {
      failure = failed;
    }
  }

  long bytes() {
    return bytes;
  }

  /** How often {@link #append} had to wait for the disk. */
  long stalls() {
    return stalls;
  }

  /**
   * Writes what is left and returns the SHA-256 of all bytes in hexadecimal.
   *
   * @throws ReceiveException if a write failed
   */
  String finish() {
    end();
    if (failure != null) {
      throw new ReceiveException("can't write " + path + ": " + failure, failure);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void end() {
    if (finished) {
      return;
    }
    finished = true;
    if (currentBytes > 0) {
      handOver();
    }
    handOver();
    try {
      writer.join();
      channel.close();
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts the receiver's end", interrupted);
    } catch (IOException failed) {
      failure = failure == null ? failed : failure;
    }
  }

  @Override
  public void close() {
    end();
    arena.close();
  }
}
