package io.millrace.stream;

import io.millrace.buffer.SlotReferences;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The sender's end of a source that runs on a thread of its own: a queue of slots which that thread
 * has filled and handed over through the ring's command queue. Owned by one SenderThread; only
 * {@link #taken()} is for the filling thread.
 */
public final class QueuedSource implements Source {
  private static final VarHandle TAKEN;

  static {
    try {
      TAKEN = MethodHandles.lookup().findVarHandle(QueuedSource.class, "taken", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final SlotReferences references;
  private final int datagramBytes;
  private final @Nullable Timetable timetable;
  private final int[] slots;
  private final int[] bytes;
  private final int mask;

  private long accepted;
  private long taken;
  private int payloadBytes;
  private int end = NOT_READY;

  /**
   * An empty queue.
   *
   * @param capacity slots that may be handed over and not taken, a power of two; the filling thread
   *     keeps to it
   */
  public QueuedSource(SlotReferences references, int datagramBytes, int capacity) {
    this(references, datagramBytes, capacity, null);
  }

  /**
   * The same, of datagrams that have their times.
   *
   * @param timetable for as many slots; null: they have none
   */
  public QueuedSource(
      SlotReferences references, int datagramBytes, int capacity, @Nullable Timetable timetable) {
    assert Integer.bitCount(capacity) == 1 : capacity + " is no power of two";
    this.references = references;
    this.datagramBytes = datagramBytes;
    this.timetable = timetable;
    slots = new int[capacity];
    bytes = new int[capacity];
    mask = capacity - 1;
  }

  /** A slot arrived, claimed and filled by the other thread. */
  public void accept(int slot, int payload) {
    assert accepted - taken < slots.length : "more slots handed over than agreed";
    references.begin(slot);
    int index = (int) accepted & mask;
    slots[index] = slot;
    bytes[index] = payload;
    accepted++;
  }

  /** No slot will follow. */
  public void end(boolean failed) {
    end = failed ? FAILED : FINISHED;
  }

  @Override
  public int next(int wanted, long epochNs) {
    long position = taken;
    if (position == accepted) {
      return end;
    }
    int index = (int) position & mask;
    payloadBytes = bytes[index];
    if (timetable != null) {
      timetable.take(position);
    }
    // Release, for taken(): nobody reads the times of the slot before this one any more. The slots
    // themselves go back through the pool.
    TAKEN.setRelease(this, position + 1);
    return slots[index];
  }

  /** Slots taken so far; any thread. */
  public long taken() {
    return (long) TAKEN.getAcquire(this); // next() releases
  }

  @Override
  public @Nullable Timetable timetable() {
    return timetable;
  }

  @Override
  public int payloadBytes() {
    return payloadBytes;
  }

  @Override
  public int datagramBytes() {
    return datagramBytes;
  }

  @Override
  public void close() {
    for (long position = taken; position != accepted; position++) {
      references.release(slots[(int) position & mask]);
    }
    taken = accepted;
  }
}
