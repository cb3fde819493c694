package io.millrace.stream;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads a file that is too large to preload straight into registered slots, ahead of the sender:
 * one copy, from the page cache.
 */
public final class FileReaderThread extends SourceThread {
  private final Path path;
  private final boolean loop;

  /**
   * A reader, not started.
   *
   * @param readAheadSlots slots that may be filled ahead of the sender; the capacity of {@code
   *     source}
   */
  public FileReaderThread(
      String streamName,
      Path path,
      boolean loop,
      Slab slab,
      BufferPool pool,
      QueuedSource source,
      int readAheadSlots,
      SlotSink sink) {
    super(streamName, slab, pool, source, readAheadSlots, sink);
    this.path = path;
    this.loop = loop;
  }

  @Override
  void feed() throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      readAll(file);
    } catch (IOException exception) {
      throw new IOException(path + ": " + exception, exception);
    }
  }

  private void readAll(FileChannel file) throws IOException {
    long bytesOfPass = 0;
    for (int slot = claim(); slot != BufferPool.NONE; slot = claim()) {
      int bytes = fill(file, slot);
      if (bytes > 0) {
        bytesOfPass += bytes;
        handOver(slot, bytes);
        continue;
      }
      release(slot);
      if (!loop) {
        return;
      }
      if (bytesOfPass == 0) {
        throw new IOException("the file has become empty");
      }
      bytesOfPass = 0;
      file.position(0);
    }
  }

  /**
   * Reads as much as a slot holds in whole datagrams; less only at the end of the file, 0 behind
   * it.
   */
  private int fill(FileChannel file, int slot) throws IOException {
    ByteBuffer buffer = memory(slot);
    try {
      while (buffer.hasRemaining() && file.read(buffer) >= 0) {}
    } catch (IOException failure) {
      release(slot);
      throw failure;
    }
    return buffer.position();
  }
}
