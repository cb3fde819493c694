package io.millrace.stream;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file that is too large to preload straight into registered slots, ahead of the sender:
 * one copy, from the page cache. Runs as a thread of its own and hands the slots over through a
 * {@link SlotSink}.
 */
public final class FileReaderThread extends Thread {
  private static final long WAIT_NS = TimeUnit.MICROSECONDS.toNanos(50);

  private final Path path;
  private final boolean loop;
  private final Slab slab;
  private final BufferPool pool;
  private final QueuedSource source;
  private final int readAheadSlots;
  private final int bytesPerSlot;
  private final SlotSink sink;
  private volatile boolean stopRequested;

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
    super("reader-" + streamName);
    setDaemon(true);
    this.path = path;
    this.loop = loop;
    this.slab = slab;
    this.pool = pool;
    this.source = source;
    this.readAheadSlots = readAheadSlots;
    this.bytesPerSlot = slab.slotBytes() / source.datagramBytes() * source.datagramBytes();
    this.sink = sink;
  }

  @Override
  public void run() {
    String failure = null;
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      readAll(file);
    } catch (IOException exception) {
      failure = path + ": " + exception;
    }
    announceEnd(failure);
  }

  private void readAll(FileChannel file) throws IOException {
    long handedOver = 0;
    long bytesOfPass = 0;
    while (!stopRequested) {
      if (handedOver - source.taken() >= readAheadSlots) {
        LockSupport.parkNanos(WAIT_NS);
        continue;
      }
      int slot = pool.claim();
      if (slot == BufferPool.NONE) {
        LockSupport.parkNanos(WAIT_NS);
        continue;
      }
      int bytes = fill(file, slot);
      if (bytes > 0) {
        bytesOfPass += bytes;
        handedOver++;
        handOver(slot, bytes);
        continue;
      }
      pool.release(slot);
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
    slab.filler(slot, 0);
    ByteBuffer buffer = slab.memory().asSlice(slab.offset(slot), bytesPerSlot).asByteBuffer();
    try {
      while (buffer.hasRemaining() && file.read(buffer) >= 0) {}
    } catch (IOException failure) {
      pool.release(slot);
      throw failure;
    }
    return buffer.position();
  }

  private void handOver(int slot, int bytes) {
    while (!sink.filled(slot, bytes)) {
      if (stopRequested) {
        pool.release(slot);
        return;
      }
      LockSupport.parkNanos(WAIT_NS);
    }
  }

  private void announceEnd(@Nullable String failure) {
    while (!sink.ended(failure) && !stopRequested) {
      LockSupport.parkNanos(WAIT_NS);
    }
  }

  /** Makes the thread end soon; any thread. */
  public void requestStop() {
    stopRequested = true;
  }
}
