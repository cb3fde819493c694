package io.millrace.stream;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Loads files into registered memory before a ring runs. One thread, before the sender thread
 * starts.
 */
public final class FilePreloader {
  /**
   * At most half of the slots are given away for good: the other streams, and the read-ahead, live
   * on the rest.
   */
  private static final int SHARE = 2;

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
      slotsLeft -= (int) slotsNeeded;
      int[] slots = new int[(int) slotsNeeded];
      int[] bytes = new int[(int) slotsNeeded];
      for (int index = 0; index < slots.length; index++) {
        slots[index] = pool.claim();
        int payload = (int) Math.min(bytesPerSlot, fileBytes - (long) index * bytesPerSlot);
        bytes[index] = payload;
        readFully(file, path, slots[index], payload);
      }
      return new PreloadedSource(references, slots, bytes, datagramBytes, loop);
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
