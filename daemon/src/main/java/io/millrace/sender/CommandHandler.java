package io.millrace.sender;

import io.millrace.counters.StreamCounters;
import io.millrace.stream.Pacer;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.Stream;

/** Does to the streams what commands ask for. Owned by one SenderThread. */
final class CommandHandler implements CommandQueue.Consumer {
  private final Stream[] streams;
  private final Schedule schedule;
  private long nowNs;

  /**
   * A handler.
   *
   * @param streams by index; kept, not copied
   */
  @SuppressWarnings("EI_EXPOSE_REP2")
  CommandHandler(Stream[] streams, Schedule schedule) {
    this.streams = streams;
    this.schedule = schedule;
  }

  /** The time at which the next commands are handled. */
  CommandHandler at(long nowNs) {
    this.nowNs = nowNs;
    return this;
  }

  @Override
  public void accept(long command, long argument) {
    Stream stream = streams[Command.stream(command)];
    switch (Command.verb(command)) {
      case Command.SLOT_FILLED -> {
        ((QueuedSource) stream.source()).accept(Command.slot(command), (int) argument);
        schedule.wake(stream, nowNs);
      }
      case Command.SOURCE_ENDED -> {
        ((QueuedSource) stream.source()).end(argument != 0);
        schedule.wake(stream, nowNs);
      }
      case Command.PAUSE -> pause(stream);
      case Command.RESUME -> resume(stream);
      case Command.RATE_UNLIMITED -> rate(stream, Pacer.Unit.UNLIMITED, argument);
      case Command.RATE_BITS -> rate(stream, Pacer.Unit.BITS, argument);
      case Command.RATE_DATAGRAMS -> rate(stream, Pacer.Unit.DATAGRAMS, argument);
      default -> throw new AssertionError("no such command: " + Command.verb(command));
    }
  }

  private void pause(Stream stream) {
    if (!stream.paused && !stream.sourceEnded) {
      stream.paused = true; // and the submitter takes it off the schedule, between two runs
      stream.counters().state(StreamCounters.State.PAUSED);
    }
  }

  private void resume(Stream stream) {
    if (stream.paused) {
      stream.paused = false;
      stream.pacer().reset(nowNs);
      schedule.resume(stream, nowNs);
      stream.counters().state(StreamCounters.State.RUNNING);
    }
  }

  private void rate(Stream stream, Pacer.Unit unit, long rateBits) {
    stream.pacer().rate(unit, Double.longBitsToDouble(rateBits));
    stream.pacer().reset(nowNs);
    stream.paceChanged();
    schedule.reconsider(stream, nowNs);
  }
}
