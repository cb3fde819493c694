package io.millrace.sender;

import io.millrace.counters.StreamCounters;
import io.millrace.shim.Errno;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Carries out {@link StreamChange}s, a little in every duty cycle, so that no other stream is held
 * up: a change with a thousand targets takes a hundred cycles. Allocates nothing. Owned by one
 * SenderThread.
 */
final class LiveChanges {
  /** Sockets that are registered, or taken out, in a cycle: a system call of about 1 us each. */
  private static final int SOCKETS_PER_CYCLE = 8;

  private final @Nullable Stream[] streams;
  private final Schedule schedule;
  private final TargetTable targets;
  private final ZeroCopyChoice zeroCopy;
  private final FailedRequests failures;
  private final StreamSubmitter submitter;
  private final BacklogSubmitter backlog;
  private final Ingest ingest;
  private final SendEngine engine;
  private final ChangeCells cells;
  private final @Nullable StreamChange[] active = new StreamChange[ChangeCells.COUNT];
  private int count;
  private int socketsLeft;
  private long nowNs;

  /**
   * Nothing under way.
   *
   * @param streams by index, null where there is room for one; kept, not copied
   */
  @SuppressWarnings("EI_EXPOSE_REP2")
  LiveChanges(
      @Nullable Stream[] streams,
      Schedule schedule,
      TargetTable targets,
      ZeroCopyChoice zeroCopy,
      FailedRequests failures,
      StreamSubmitter submitter,
      BacklogSubmitter backlog,
      Ingest ingest,
      SendEngine engine,
      ChangeCells cells) {
    this.streams = streams;
    this.schedule = schedule;
    this.targets = targets;
    this.zeroCopy = zeroCopy;
    this.failures = failures;
    this.submitter = submitter;
    this.backlog = backlog;
    this.ingest = ingest;
    this.engine = engine;
    this.cells = cells;
  }

  /** Takes up the change in a cell. */
  void begin(int cell, long beginNs) {
    StreamChange change = cells.get(cell);
    change.begunNs = beginNs;
    active[count++] = change; // There are as many places as cells.
  }

  /** Changes that are under way. */
  int pending() {
    return count;
  }

  /** Goes on with every change; returns how many have got on. */
  int step(long stepNs) {
    nowNs = stepNs;
    socketsLeft = SOCKETS_PER_CYCLE;
    int gotOn = 0;
    int kept = 0;
    for (int index = 0; index < count; index++) {
      StreamChange change = active[index];
      if (change == null) {
        throw new AssertionError("a change under way is missing");
      }
      int progress = change.progress;
      if (advance(change)) {
        cells.free(change.cell);
        gotOn++;
      } else {
        active[kept++] = change;
        gotOn += change.progress - progress;
      }
    }
    Arrays.fill(active, kept, count, null);
    count = kept;
    return gotOn;
  }

  /** Returns whether the change is done with. */
  private boolean advance(StreamChange change) {
    int error = 0;
    switch (change.kind) {
      case ADD_TARGETS -> {
        error = addTargets(change);
        if (error == 0 && change.progress < change.targets.length) {
          return false;
        }
      }
      case START -> error = start(change.stream);
      case RETARGET -> {
        if (!retarget(change)) {
          return false;
        }
      }
      case PACE -> pace(change);
      case HALT -> hold(change.stream);
      case REMOVE -> {
        if (!remove(change)) {
          return false;
        }
      }
      case DROP_TARGETS -> {
        if (!dropTargets(change)) {
          return false;
        }
      }
    }
    change.finish(error);
    return true;
  }

  /** Returns the errno of the first that fails. */
  private int addTargets(StreamChange change) {
    for (; change.progress < change.targets.length && socketsLeft > 0; socketsLeft--) {
      Target target = change.targets[change.progress];
      int result = engine.socket(target.index(), target.fd());
      if (result < 0) {
        return -result;
      }
      targets.add(target, change.stream);
      zeroCopy.added(target.index());
      failures.added(target.index());
      change.progress++;
    }
    return 0;
  }

  /** Returns the errno of a source that the ring can't have; its stream ends then. */
  private int start(Stream stream) {
    assert streams[stream.index()] == null : "stream " + stream.index() + " is there already";
    streams[stream.index()] = stream;
    stream.begin(nowNs);
    schedule.at(stream, stream.pacer().dueNs(nowNs));
    return ingest.begin(stream, nowNs);
  }

  /** Returns false as long as a run is on its way to the old targets. */
  private boolean retarget(StreamChange change) {
    Stream stream = change.stream;
    if (stream.runEnd != stream.runOffset) {
      if (!isOverdue(change)) {
        hold(stream);
        return false;
      }
      submitter.abandonRun(stream);
    }
    long offered = stream.counters().offeredDatagrams();
    for (Target target : change.joining) {
      target.counters().joined(offered);
    }
    for (Target target : change.leaving) {
      target.counters().left(offered);
    }
    boolean hasWaited = stream.isWaiting();
    stream.retarget(change.targets);
    if (stream.isWaiting()) {
      hold(stream);
      show(stream, StreamCounters.State.WAITING);
    } else if (stream.onHold) {
      if (hasWaited) {
        stream.pacer().reset(nowNs); // nothing is made up for
        show(stream, StreamCounters.State.RUNNING);
      }
      stream.onHold = false;
      stream.paused = stream.pausedByUser;
      if (!stream.paused && !stream.sourceEnded) {
        schedule.resume(stream, nowNs);
      }
    }
    return true;
  }

  /** A pause and an end count for more. */
  private static void show(Stream stream, StreamCounters.State state) {
    if (!stream.pausedByUser && !stream.sourceEnded) {
      stream.counters().state(state);
    }
  }

  private void pace(StreamChange change) {
    Stream stream = change.stream;
    stream.pacer().rate(change.unit, change.rate);
    stream.pacer().burst(change.burstNs);
    stream.pacer().restart(nowNs);
    stream.pacer().ahead(change.aheadNs, change.leadNs);
    stream.paceChanged();
    schedule.reconsider(stream, nowNs);
  }

  private static void hold(Stream stream) {
    stream.onHold = true;
    stream.paused = true; // the submitter finishes the run and takes the stream off the schedule
  }

  /** Returns false as long as something that was begun is not through. */
  private boolean remove(StreamChange change) {
    Stream stream = change.stream;
    assert stream.onHold : "it takes datagrams from its source still";
    if (!ingest.end(stream)) {
      return false;
    }
    boolean overdue = isOverdue(change);
    if (stream.runEnd != stream.runOffset && !overdue) {
      return false;
    }
    submitter.abandon(stream);
    schedule.remove(stream);
    if (overdue) {
      for (Target target : stream.targets()) {
        backlog.abandon(target.index());
      }
    }
    if (stream.inFlight > 0) {
      return false;
    }
    long offered = stream.counters().offeredDatagrams();
    for (Target target : stream.targets()) {
      target.counters().left(offered);
    }
    stream.counters().state(StreamCounters.State.REMOVED);
    streams[stream.index()] = null;
    return true;
  }

  /** Returns false as long as one of them is in use. */
  private boolean dropTargets(StreamChange change) {
    for (; change.progress < change.targets.length && socketsLeft > 0; socketsLeft--) {
      int target = change.targets[change.progress].index();
      if (isOverdue(change)) {
        backlog.abandon(target);
      }
      if (targets.inFlight(target) > 0 || backlog.has(target)) {
        return false;
      }
      int result = engine.socket(target, SendEngine.NO_SOCKET);
      assert result != -Errno.EINVAL : "no such place in the table of sockets: " + target;
      if (result < 0) {
        return false; // The kernel lacks the memory to let go: later.
      }
      if (targets.has(target)) {
        failures.removed(target);
      }
      targets.remove(target);
      change.progress++;
    }
    return change.progress == change.targets.length;
  }

  private boolean isOverdue(StreamChange change) {
    return nowNs - change.begunNs >= change.drainNs;
  }
}
