package io.millrace.stream;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.shim.NativeKernel;

/** A slab with its pool, for tests of sources. One thread, apart from the pool. */
final class Memory implements AutoCloseable {
  final Slab slab;
  final BufferPool pool;
  final SlotReferences references;

  Memory(int slots, int slotBytes) {
    slab = Slab.map(NativeKernel.load(), slots, slotBytes, Slab.Pages.BASE);
    pool = new BufferPool(slots);
    references = new SlotReferences(pool);
  }

  byte[] bytes(int slot, int from, int length) {
    return slab.memory().asSlice(slab.offset(slot) + from, length).toArray(JAVA_BYTE);
  }

  void fillWith(byte value) {
    slab.memory().fill(value);
  }

  @Override
  public void close() {
    slab.close();
  }
}
