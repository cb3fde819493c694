package io.millrace.buffer;

/**
 * How many parties still need each slot: its source or the cursor that walks over it, and every
 * request in the kernel. The last one to let go gives the slot back to the pool. Owned by one
 * sender thread.
 */
public final class SlotReferences {
  private final int[] counts;
  private final BufferPool pool;

  public SlotReferences(BufferPool pool) {
    this.pool = pool;
    counts = new int[pool.slots()];
  }

  /** Begins to count for a slot that the caller holds: one reference, the caller's. */
  public void begin(int slot) {
    assert counts[slot] == 0 : "slot " + slot + " has " + counts[slot] + " references already";
    counts[slot] = 1;
  }

  /** One more reference to a slot that has some; not for a request. */
  public void acquire(int slot) {
    assert counts[slot] > 0 : "slot " + slot + " is nobody's";
    counts[slot]++;
  }

  /** A request with this slot goes to the kernel. */
  public void acquireForKernel(int slot) {
    acquire(slot);
    assert pool.ledger().inKernel(slot);
  }

  /** A request's merged completion arrived. */
  public void releaseFromKernel(int slot) {
    assert pool.ledger().outOfKernel(slot);
    release(slot);
  }

  /** Lets go of a reference that is not a request's. */
  public void release(int slot) {
    int left = --counts[slot];
    assert left >= 0 : "slot " + slot + " was released once too often";
    if (left == 0) {
      pool.release(slot);
    }
  }
}
