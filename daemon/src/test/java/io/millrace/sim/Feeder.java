package io.millrace.sim;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.sender.SenderProxy;
import io.millrace.stream.QueuedSource;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/** What a FileReaderThread does, step by step: claims slots, fills them, hands them over. */
final class Feeder {
  private static final VarHandle ACCEPTED = Peek.longField(QueuedSource.class, "accepted");

  private final Dice dice;
  private final Slab slab;
  private final BufferPool pool;
  private final QueuedSource source;
  private final int stream;
  private final int readAhead;
  private final double pace;
  private final SlotWriter writer;

  /** Slots handed over so far, in order. */
  private final List<Integer> handedOver = new ArrayList<>();

  private int slotsLeft;
  private int filling = BufferPool.NONE;
  private int fillingBytes;
  private boolean ended;

  Feeder(
      Dice dice,
      Slab slab,
      BufferPool pool,
      QueuedSource source,
      int stream,
      int readAhead,
      int slots) {
    this.dice = dice;
    this.slab = slab;
    this.pool = pool;
    this.source = source;
    this.stream = stream;
    this.readAhead = readAhead;
    slotsLeft = slots;
    pace = dice.pick(1.0, 0.5, 0.1);
    writer = new SlotWriter(slab, source.datagramBytes());
  }

  /**
   * Goes one step on.
   *
   * @param hurries it doesn't dawdle
   */
  void step(SenderProxy proxy, boolean hurries) {
    if (ended || !(hurries || dice.chance(pace))) {
      return;
    }
    if (filling != BufferPool.NONE) {
      if (proxy.slotFilled(stream, filling, fillingBytes)) {
        handedOver.add(filling);
        filling = BufferPool.NONE;
      }
    } else if (slotsLeft == 0) {
      ended = proxy.sourceEnded(stream, dice.chance(0.3));
    } else if (handedOver.size() - source.taken() < readAhead) {
      claimAndFill();
    }
  }

  private void claimAndFill() {
    filling = pool.claim();
    if (filling != BufferPool.NONE) {
      slotsLeft--;
      slab.filler(filling, 0);
      fillingBytes = writer.fill(filling, dice);
    }
  }

  /** Gives back what it has not handed over; at the end. */
  void close() {
    if (filling != BufferPool.NONE) {
      pool.release(filling);
      filling = BufferPool.NONE;
    }
    ended = true;
  }

  /** Marks the slots that the feeder has, or that are on their way to the sender. */
  void markFilling(boolean[] slots) {
    if (filling != BufferPool.NONE) {
      slots[filling] = true;
    }
    for (int at = (int) (long) ACCEPTED.get(source); at < handedOver.size(); at++) {
      slots[handedOver.get(at)] = true;
    }
  }

  /** Adds a reference for every slot that waits in the source. */
  void countQueued(int[] references) {
    long accepted = (long) ACCEPTED.get(source);
    for (long at = source.taken(); at < accepted; at++) {
      references[handedOver.get((int) at)]++;
    }
  }
}
