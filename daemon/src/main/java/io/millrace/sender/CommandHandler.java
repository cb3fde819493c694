package io.millrace.sender;

import io.millrace.counters.StreamCounters;
import io.millrace.stream.Pacer;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Does to the streams what commands ask for. Owned by one SenderThread. */
final class CommandHandler implements CommandQueue.Consumer {
  private final @Nullable Stream[] streams;
  private final Schedule schedule;
  private final LiveChanges changes;
  private long nowNs;

  /**
   * A handler.
   *
   * @param streams by index, null where there is none; kept, not copied
   */
  @SuppressWarnings("EI_EXPOSE_REP2")
  CommandHandler(@Nullable Stream[] streams, Schedule schedule, LiveChanges changes) {
    this.streams = streams;
    this.schedule = schedule;
    this.changes = changes;
  }

  /** The time at which the next commands are handled. */
  CommandHandler at(long nowNs) {
    this.nowNs = nowNs;
    return this;
  }

  @Override
  public void accept(long command, long argument) {
    if (Command.verb(command) == Command.CHANGE) {
      changes.begin((int) argument, nowNs);
      return;
    }
    Stream stream = streams[Command.stream(command)];
    if (stream == null) {
      // Whoever fills slots for a stream has ended before the stream is removed.
      assert Command.verb(command) != Command.SLOT_FILLED : "a slot for a stream that is gone";
      return;
    }
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
      case Command.RATE_SOURCE -> rate(stream, Pacer.Unit.SOURCE, argument);
      default -> throw new AssertionError("no such command: " + Command.verb(command));
    }
  }

  private void pause(Stream stream) {
    if (!stream.pausedByUser && !stream.sourceEnded) {
      stream.pausedByUser = true;
      stream.paused = true; // and the submitter takes it off the schedule, between two runs
      stream.counters().state(StreamCounters.State.PAUSED);
    }
  }

  private void resume(Stream stream) {
    if (stream.pausedByUser) {
      stream.pausedByUser = false;
      stream.pacer().reset(nowNs);
      stream.paused = stream.onHold;
      if (!stream.paused) {
        schedule.resume(stream, nowNs);
      }
      stream
          .counters()
          .state(stream.isWaiting() ? StreamCounters.State.WAITING : StreamCounters.State.RUNNING);
    }
  }

  private void rate(Stream stream, Pacer.Unit unit, long rateBits) {
    stream.pacer().rate(unit, Double.longBitsToDouble(rateBits));
    stream.pacer().reset(nowNs);
    stream.paceChanged();
    schedule.reconsider(stream, nowNs);
  }
}
