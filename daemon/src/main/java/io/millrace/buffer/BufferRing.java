package io.millrace.buffer;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Slots that the kernel may receive into: a provided-buffer ring (io_uring_register(2),
 * IORING_REGISTER_PBUF_RING), in which a buffer's number is its slot's. Made by any thread, owned
 * by one SenderThread from its registration on.
 *
 * <p>We write entries at the tail, the kernel takes them from the head and says in a CQE which one
 * it has filled. Its head is not to be seen, so what it still has is noted here.
 */
public final class BufferRing {
  /** The kernel takes no more: 2^16 entries could not be told from none. */
  public static final int MOST_ENTRIES = 1 << 15;

  private static final VarHandle SHORT = JAVA_SHORT.varHandle();
  private static final int PAGE_BYTES = 4096;

  private final Slab slab;
  private final int entries;
  private final MemorySegment memory;
  private final boolean[] provided;
  private int count;

  /** The next entry; runs freely, and wraps at 2^16 for the kernel. */
  private int localTail;

  /**
   * An empty ring.
   *
   * @param entries slots that the kernel may have at a time: a power of two up to {@link
   *     #MOST_ENTRIES}
   */
  public BufferRing(Slab slab, int entries) {
    assert Integer.bitCount(entries) == 1 && entries <= MOST_ENTRIES : entries + " entries";
    assert slab.slots() <= 1 << Short.SIZE : "a buffer's number has 16 bits";
    this.slab = slab;
    this.entries = entries;
    // The kernel wants whole pages, and keeps them pinned.
    memory = Arena.ofAuto().allocate((long) entries * KernelAbi.IO_URING_BUF_SIZE, PAGE_BYTES);
    provided = new boolean[slab.slots()];
  }

  /** Adds a claimed slot; the kernel sees it when it is published. */
  public void add(int slot) {
    assert count < entries : "the buffer ring is full";
    assert !provided[slot] : "slot " + slot + " is the kernel's already";
    // The last two bytes of the first entry are the ring's tail: an entry is never written whole.
    long entry = (long) (localTail & (entries - 1)) * KernelAbi.IO_URING_BUF_SIZE;
    memory.set(JAVA_LONG, entry + KernelAbi.IO_URING_BUF_ADDR, slab.address(slot));
    memory.set(JAVA_INT, entry + KernelAbi.IO_URING_BUF_LEN, slab.slotBytes());
    memory.set(JAVA_SHORT, entry + KernelAbi.IO_URING_BUF_BID, (short) slot);
    provided[slot] = true;
    localTail++;
    count++;
  }

  /** Shows the kernel what was added. */
  public void publishTailRelease() {
    // Release: pairs with the kernel's acquire of the tail, so that it sees the entries whole.
    SHORT.setRelease(memory, (long) KernelAbi.IO_URING_BUF_RING_TAIL, (short) localTail);
  }

  /** The kernel has filled a slot, and it is ours again. */
  public void taken(int slot) {
    assert provided[slot] : "slot " + slot + " was not the kernel's";
    provided[slot] = false;
    count--;
  }

  /** Gives all that the kernel has not filled back to the pool; it is not registered any more. */
  public void takeBack(BufferPool pool) {
    for (int slot = 0; slot < provided.length && count > 0; slot++) {
      if (provided[slot]) {
        taken(slot);
        pool.release(slot);
      }
    }
  }

  /** Whether the kernel may write to a slot. */
  public boolean has(int slot) {
    return provided[slot];
  }

  /** Slots that the kernel has. */
  public int count() {
    return count;
  }

  public int entries() {
    return entries;
  }

  /** Where its entries lie, for the registration. */
  public long address() {
    return memory.address();
  }
}
