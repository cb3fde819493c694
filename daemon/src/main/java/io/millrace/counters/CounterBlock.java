package io.millrace.counters;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A row of counters with one writing thread and any number of readers, in cache lines that no other
 * block shares.
 *
 * <p>A write is a plain load, add and store: the opaque mode costs nothing on x86-64 and aarch64
 * and only keeps the compiler from hoisting the store out of the sender's loop. Readers see each
 * counter whole and rising, but two counters read after each other may be from different moments.
 */
public final class CounterBlock {
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

  /**
   * 128 bytes on either side: two cache lines, because the prefetcher of x86-64 fetches them in
   * pairs.
   */
  private static final int PADDING = 128 / Long.BYTES;

  private final long[] values;

  public CounterBlock(int size) {
    values = new long[PADDING + size + PADDING];
  }

  /** Adds; the writing thread only. */
  public void add(int index, long amount) {
    set(index, values[PADDING + index] + amount);
  }

  /** Adds one; the writing thread only. */
  public void increment(int index) {
    add(index, 1);
  }

  /** Sets; the writing thread only. */
  public void set(int index, long value) {
    ELEMENT.setOpaque(values, PADDING + index, value);
  }

  /** The value as of some recent moment; any thread. */
  public long get(int index) {
    return (long) ELEMENT.getOpaque(values, PADDING + index);
  }
}
