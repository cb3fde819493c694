package io.millrace.sender;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Commands to one sender thread: a bounded queue of pairs of 64-bit words with many producers and
 * one consumer, without locks and without allocation.
 *
 * <p>Each cell carries a sequence number. A producer that wins the tail by compare-and-set writes
 * the words and then releases the cell by its sequence; the consumer acquires the sequence before
 * it reads them, and hands the cell on to the next round in the same way (D. Vyukov's bounded
 * queue, 2010).
 */
public final class CommandQueue {
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle TAIL;

  static {
    try {
      TAIL = MethodHandles.lookup().findVarHandle(CommandQueue.class, "tail", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** What the consumer does with a command. */
  @FunctionalInterface
  public interface Consumer {
    void accept(long command, long argument);
  }

  private final int mask;
  private final long[] sequences;
  private final long[] commands;
  private final long[] arguments;

  /** Where the next producer writes. Reached through TAIL only. */
  @SuppressWarnings("UnusedVariable")
  private volatile long tail;

  /** Where the consumer reads; its own. */
  private long head;

  /** An empty queue; {@code capacity} is a power of two, at least 2. */
  public CommandQueue(int capacity) {
    // With a single cell, "filled in this round" and "free in the next" would be the same number.
    assert capacity >= 2 && Integer.bitCount(capacity) == 1
        : capacity + " is no power of two from 2 on";
    mask = capacity - 1;
    sequences = new long[capacity];
    commands = new long[capacity];
    arguments = new long[capacity];
    for (int cell = 0; cell < capacity; cell++) {
      sequences[cell] = cell;
    }
  }

  /** Adds a command; any thread. False if the queue is full. */
  public boolean offer(long command, long argument) {
    while (true) {
      long position = (long) TAIL.getAcquire(this);
      int cell = (int) position & mask;
      // Acquire: pairs with the consumer's release in poll(), so that it has read the words of the
      // last round.
      long lead = (long) LONGS.getAcquire(sequences, cell) - position;
      if (lead < 0) {
        return false;
      }
      if (lead == 0 && TAIL.compareAndSet(this, position, position + 1)) {
        commands[cell] = command;
        arguments[cell] = argument;
        // Release: the consumer that sees this sequence sees the words.
        LONGS.setRelease(sequences, cell, position + 1);
        return true;
      }
      Thread.onSpinWait();
    }
  }

  /**
   * Gives everything that is there to the consumer; the consuming thread only. Returns how much it
   * was.
   */
  public int drain(Consumer consumer) {
    int drained = 0;
    // At most one round, so that producers can't keep the consumer here.
    while (drained <= mask) {
      int cell = (int) head & mask;
      // Acquire: pairs with the release in offer().
      if ((long) LONGS.getAcquire(sequences, cell) != head + 1) {
        break;
      }
      long command = commands[cell];
      long argument = arguments[cell];
      // Release: a producer of the next round may write the words from here on.
      LONGS.setRelease(sequences, cell, head + mask + 1);
      head++;
      drained++;
      consumer.accept(command, argument);
    }
    return drained;
  }

  /** Whether nothing is there; the consuming thread only. */
  public boolean isEmpty() {
    return (long) LONGS.getAcquire(sequences, (int) head & mask) != head + 1;
  }
}
