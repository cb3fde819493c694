package io.millrace.stream;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Loads files into registered memory, before a ring runs or while it does. One control thread. */
public final class FilePreloader {
  /**
   * At most half of the slots are given away for good: the other streams, and the read-ahead, live
   * on the rest.
   */
  private static final int SHARE = 2;

  /** How long it waits for slots of a ring that runs; a file that gets none is read by a thread. */
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);

  private static final long WAIT_NS = TimeUnit.MICROSECONDS.toNanos(100);

  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private int slotsLeft;

  public FilePreloader(Slab slab, BufferPool pool, SlotReferences references) {
    this.slab = slab;
    this.pool = pool;
    this.references = references;
    slotsLeft = slab.slots() / SHARE;
  }

  /**
   * Loads a file.
   *
   * @return its source, or null if it is too large for the slots that are left for this
   * @throws IOException if it can't be read; names the file
   */
  public @Nullable PreloadedSource load(Path path, int datagramBytes, boolean loop)
      throws IOException {
    int bytesPerSlot = slab.slotBytes() / datagramBytes * datagramBytes;
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long fileBytes = file.size();
      long slotsNeeded = (fileBytes + bytesPerSlot - 1) / bytesPerSlot;
      if (slotsNeeded > slotsLeft) {
        return null;
      }
      int[] slots = claim((int) slotsNeeded);
      if (slots == null) {
        return null;
      }
      int[] bytes = new int[slots.length];
      try {
        for (int index = 0; index < slots.length; index++) {
          int payload = (int) Math.min(bytesPerSlot, fileBytes - (long) index * bytesPerSlot);
          bytes[index] = payload;
          slab.filler(slots[index], 0);
          readFully(file, path, slots[index], payload);
        }
      } catch (IOException failure) {
        release(slots, slots.length);
        throw failure;
      }
      slotsLeft -= slots.length;
      return new PreloadedSource(references, slots, bytes, datagramBytes, loop);
    }
  }

  /** The slots of a source that was closed may be given to another one. */
  public void closed(PreloadedSource source) {
    slotsLeft += source.slots();
  }

  /** Null if the ring's streams don't leave so many. */
  private int @Nullable [] claim(int count) {
    int[] slots = new int[count];
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    for (int index = 0; index < count; index++) {
      while (pool.free() <= 0 && System.nanoTime() - deadlineNs < 0) {
        LockSupport.parkNanos(WAIT_NS);
      }
      slots[index] = pool.claim();
      while (slots[index] == BufferPool.NONE) {
        if (System.nanoTime() - deadlineNs >= 0) {
          release(slots, index);
          return null;
        }
        LockSupport.parkNanos(WAIT_NS);
        slots[index] = pool.claim();
      }
    }
    return slots;
  }

  private void release(int[] slots, int count) {
    for (int index = 0; index < count; index++) {
      pool.release(slots[index]);
    }
  }

  private void readFully(FileChannel file, Path path, int slot, int bytes) throws IOException {
    ByteBuffer buffer = slab.memory().asSlice(slab.offset(slot), bytes).asByteBuffer();
    while (buffer.hasRemaining()) {
      if (file.read(buffer) < 0) {
        throw new IOException(path + ": became shorter while it was read");
      }
    }
  }
}
