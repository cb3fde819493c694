package io.millrace.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The free slots of a slab: a lock-free stack that any thread may claim from and release to.
 *
 * <p>A Treiber stack over slot indices. Its head holds the index of the top slot and a tag that
 * every change raises, in one 64-bit word: a thread that was held up between reading the head and
 * swapping it finds another tag even where the same slot is on top again (the ABA problem), unless
 * 2^32 changes went by meanwhile. Last in, first out keeps the slots in use few and their cache
 * lines warm.
 */
public final class BufferPool {
  /** No slot was free. */
  public static final int NONE = -1;

  private static final VarHandle HEAD;
  private static final VarHandle EXHAUSTED;
  private static final VarHandle FREE;
  private static final VarHandle NEXT = MethodHandles.arrayElementVarHandle(int[].class);

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(BufferPool.class, "head", long.class);
      EXHAUSTED = lookup.findVarHandle(BufferPool.class, "exhausted", long.class);
      FREE = lookup.findVarHandle(BufferPool.class, "free", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /**
   * The slot below each free slot, or NONE. Written before the head that publishes it, read after
   * it.
   */
  private final int[] next;

  private final SlotLedger ledger;

  /**
   * Tag in the upper half, index of the top slot (or NONE) in the lower. Reached through HEAD only.
   */
  @SuppressWarnings("UnusedVariable")
  private volatile long head;

  /** Free slots, about: changed after the head is. */
  private volatile int free;

  private volatile long exhausted;

  /** A pool in which each of the slots 0 to {@code slots - 1} is free. */
  public BufferPool(int slots) {
    next = new int[slots];
    for (int slot = 0; slot < slots; slot++) {
      next[slot] = slot + 1 < slots ? slot + 1 : NONE;
    }
    ledger = new SlotLedger(slots);
    free = slots;
    head = slots == 0 ? word(0, NONE) : word(0, 0);
  }

  /**
   * Takes a slot, which is the caller's alone until it is released; {@link #NONE}, and counted,
   * when none is free.
   */
  public int claim() {
    while (true) {
      // Acquire: pairs with the release of compareAndSet in release(), which published next[slot].
      long seen = (long) HEAD.getAcquire(this);
      int slot = index(seen);
      if (slot == NONE) {
        EXHAUSTED.getAndAdd(this, 1L);
        return NONE;
      }
      // Another thread may have taken this slot meanwhile and be changing next[slot]: then the tag
      // differs, and what
      // was read here is thrown away.
      int below = (int) NEXT.getOpaque(next, slot);
      if (HEAD.compareAndSet(this, seen, word(tag(seen) + 1, below))) {
        FREE.getAndAdd(this, -1);
        assert ledger.claimed(slot);
        return slot;
      }
      Thread.onSpinWait();
    }
  }

  /** Gives a slot back. Nobody, the kernel included, may use its memory any more. */
  public void release(int slot) {
    assert ledger.released(slot);
    while (true) {
      long seen = (long) HEAD.getAcquire(this);
      NEXT.setOpaque(next, slot, index(seen));
      // Release: what the caller wrote to the slot, and next[slot], are seen by the thread that
      // claims it.
      if (HEAD.compareAndSet(this, seen, word(tag(seen) + 1, slot))) {
        FREE.getAndAdd(this, 1);
        return;
      }
      Thread.onSpinWait();
    }
  }

  public int slots() {
    return next.length;
  }

  /** Free slots at about this moment. */
  public int free() {
    return free;
  }

  /** How often {@link #claim} found no free slot. */
  public long exhausted() {
    return exhausted;
  }

  /** The states of the slots, for assertions. */
  public SlotLedger ledger() {
    return ledger;
  }

  private static long word(int tag, int slot) {
    return ((long) tag << 32) | (slot & 0xFFFF_FFFFL);
  }

  private static int tag(long word) {
    return (int) (word >>> 32);
  }

  private static int index(long word) {
    return (int) word;
  }
}
