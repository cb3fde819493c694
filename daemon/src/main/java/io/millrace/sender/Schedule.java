package io.millrace.sender;

import io.millrace.stream.Stream;
import java.util.concurrent.TimeUnit;

/**
 * When each stream of a ring has its turn: due at a time, waiting for a slot or a request, or off
 * the schedule until something happens to it. Owned by one SenderThread; {@code nowNs} is the time
 * of its duty cycle.
 */
final class Schedule {
  /**
   * Streams that wait for a slot look again this often even without a completion: another thread
   * may have freed one.
   */
  private static final long BLOCKED_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final DueHeap due;
  private final Stream[] blocked;
  private int blockedCount;
  private long nextBlockedRetryNs;

  Schedule(int streams) {
    due = new DueHeap(streams);
    blocked = new Stream[streams];
  }

  /** Gives a stream its turn at a time, or changes that time. */
  void at(Stream stream, long ns) {
    due.schedule(stream, ns);
  }

  /** Whether {@link #first()} has its turn. */
  boolean isDue(long nowNs) {
    return !due.isEmpty() && due.first().nextNs - nowNs <= 0;
  }

  /** The stream whose turn comes first; there is one. */
  Stream first() {
    return due.first();
  }

  /**
   * Puts a stream, which was the first, where it belongs after its turn.
   *
   * @param written requests that it wrote
   */
  void afterTurn(Stream stream, StreamSubmitter.Outcome outcome, int written, long nowNs) {
    switch (outcome) {
      // Behind the streams that were due already: they take turns, a batch each.
      case RAN -> due.schedule(stream, nowNs);
      case GIVEN_UP -> due.schedule(stream, nowNs + BLOCKED_RETRY_NS);
      case PACED -> due.schedule(stream, stream.pacer().lookNs(nowNs));
      case STARVED, PAUSED, ENDED -> due.remove(stream);
      case BLOCKED -> {
        due.remove(stream);
        // One that got something waits behind those that got nothing; otherwise the first would
        // take every slot and request that comes free.
        if (written > 0) {
          stream.nextNs = nowNs;
        }
        if (blockedCount == 0) {
          nextBlockedRetryNs = nowNs + BLOCKED_RETRY_NS;
        }
        blocked[blockedCount++] = stream;
      }
    }
  }

  /** Lets every stream that waits for a slot or a request try again. */
  void unblock() {
    for (int waiting = 0; waiting < blockedCount; waiting++) {
      Stream stream = blocked[waiting];
      due.schedule(stream, stream.nextNs);
    }
    blockedCount = 0;
  }

  /** The same, if their time has come. */
  void retryBlocked(long nowNs) {
    if (blockedCount > 0 && nowNs - nextBlockedRetryNs >= 0) {
      unblock();
    }
  }

  /** A starved stream has something again. One that is scheduled or blocked has its turn anyway. */
  void wake(Stream stream, long nowNs) {
    if (stream.heapIndex == Stream.NOT_SCHEDULED && !stream.paused && !isBlocked(stream)) {
      due.schedule(stream, stream.pacer().lookNs(nowNs));
    }
  }

  /** A paused stream goes on. */
  void resume(Stream stream, long nowNs) {
    if (!isBlocked(stream)) {
      due.schedule(stream, nowNs);
    }
  }

  /** A stream's schedule has changed: if it waits for its time, it looks at it anew. */
  void reconsider(Stream stream, long nowNs) {
    if (stream.heapIndex != Stream.NOT_SCHEDULED) {
      due.schedule(stream, nowNs);
    }
  }

  /** Takes a stream off the schedule, wherever it is in it. */
  void remove(Stream stream) {
    due.remove(stream);
    int kept = 0;
    for (int waiting = 0; waiting < blockedCount; waiting++) {
      if (blocked[waiting] != stream) {
        blocked[kept++] = blocked[waiting];
      }
    }
    blockedCount = kept;
  }

  private boolean isBlocked(Stream stream) {
    for (int waiting = 0; waiting < blockedCount; waiting++) {
      if (blocked[waiting] == stream) {
        return true;
      }
    }
    return false;
  }

  /** Nanoseconds until a stream has its turn, at most {@code mostNs}; 0 or less: it has it now. */
  long untilNextNs(long nowNs, long mostNs) {
    long untilNs = mostNs;
    if (!due.isEmpty()) {
      untilNs = Math.min(untilNs, due.first().nextNs - nowNs);
    }
    if (blockedCount > 0) {
      untilNs = Math.min(untilNs, nextBlockedRetryNs - nowNs);
    }
    return untilNs;
  }

  /** Nobody has a turn any more. */
  void clear() {
    while (!due.isEmpty()) {
      due.remove(due.first());
    }
    blockedCount = 0;
  }
}
