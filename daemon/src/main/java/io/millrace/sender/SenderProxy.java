package io.millrace.sender;

import io.millrace.stream.Pacer;

/**
 * The way into a sender thread from any other: each call becomes a command that the thread carries
 * out at the top of its next duty cycle. Returns false when its queue is full. Any thread.
 */
public final class SenderProxy {
  private final CommandQueue commands;
  private final WakeUp wakeUp;
  private final ChangeCells changes = new ChangeCells();
  private volatile boolean stopRequested;

  SenderProxy(CommandQueue commands, WakeUp wakeUp) {
    this.commands = commands;
    this.wakeUp = wakeUp;
  }

  /** Hands a filled slot to a stream that has a queued source. */
  public boolean slotFilled(int stream, int slot, int payloadBytes) {
    return offer(Command.of(Command.SLOT_FILLED, stream, slot), payloadBytes);
  }

  /** Says that a queued source will bring no more. */
  public boolean sourceEnded(int stream, boolean failed) {
    return offer(Command.of(Command.SOURCE_ENDED, stream, 0), failed ? 1 : 0);
  }

  public boolean pause(int stream) {
    return offer(Command.of(Command.PAUSE, stream, 0), 0);
  }

  public boolean resume(int stream) {
    return offer(Command.of(Command.RESUME, stream, 0), 0);
  }

  /** Changes a stream's pace; {@code rate} as in {@link Pacer#of}. */
  public boolean rate(int stream, Pacer.Unit unit, double rate) {
    int verb =
        switch (unit) {
          case UNLIMITED -> Command.RATE_UNLIMITED;
          case BITS -> Command.RATE_BITS;
          case DATAGRAMS -> Command.RATE_DATAGRAMS;
          case SOURCE -> Command.RATE_SOURCE;
        };
    return offer(Command.of(verb, stream, 0), Double.doubleToRawLongBits(rate));
  }

  /** Hands over a change, which is done when it says so; false also if too many are under way. */
  public boolean change(StreamChange change) {
    int cell = changes.put(change);
    if (cell == ChangeCells.FULL) {
      return false;
    }
    if (!offer(Command.of(Command.CHANGE, 0, 0), cell)) {
      changes.free(cell);
      return false;
    }
    return true;
  }

  ChangeCells changes() {
    return changes;
  }

  /** Makes the thread stop sending, wait for what is in flight, and end. */
  public void stop() {
    stopRequested = true;
    wakeUp.signal();
  }

  boolean stopRequested() {
    return stopRequested;
  }

  private boolean offer(long command, long argument) {
    if (!commands.offer(command, argument)) {
      return false;
    }
    wakeUp.signal();
    return true;
  }
}
