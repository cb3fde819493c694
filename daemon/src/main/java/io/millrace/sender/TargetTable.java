package io.millrace.sender;

import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import org.jspecify.annotations.Nullable;

/**
 * What a ring keeps of each of its targets while it sends: how many requests are in the kernel, and
 * how many datagrams one may carry. Owned by one SenderThread.
 */
final class TargetTable {
  // Why a target gets no request now; there may be several reasons.

  /** Its socket is to cut trains from now on, or not to, as soon as nothing is in the kernel. */
  static final int HELD_BY_TRAINS = 1;

  /** Something was full when it was sent to. */
  static final int HELD_BY_RETRY = 2;

  /** It has failed again and again. */
  static final int HELD_BY_CIRCUIT = 4;

  private final @Nullable Target[] targets;

  /** The stream that each target belongs to. */
  private final @Nullable Stream[] streams;

  private final int[] inFlight;
  private final int[] trainLengths;
  private final byte[] holds;

  /**
   * The targets of these streams, by their indices, which leave no gap.
   *
   * @param streamsOfRing in any order; null where there is none
   */
  TargetTable(@Nullable Stream[] streamsOfRing) {
    this(streamsOfRing, 0);
  }

  /**
   * The same with room for more.
   *
   * @param room targets that there may be in all
   */
  TargetTable(@Nullable Stream[] streamsOfRing, int room) {
    int needed = 0;
    for (Stream stream : streamsOfRing) {
      needed += stream == null ? 0 : stream.targets().length;
    }
    int count = Math.max(needed, room);
    targets = new Target[count];
    streams = new Stream[count];
    inFlight = new int[count];
    trainLengths = new int[count];
    holds = new byte[count];
    for (Stream stream : streamsOfRing) {
      if (stream != null) {
        for (Target target : stream.targets()) {
          add(target, stream);
        }
      }
    }
  }

  /** Makes a target known; its index is free. */
  void add(Target target, Stream stream) {
    int index = target.index();
    assert targets[index] == null : "there is a target " + index;
    targets[index] = target;
    streams[index] = stream;
    trainLengths[index] = target.longestTrain();
    target.counters().trainLength(target.longestTrain());
  }

  /** Forgets a target that has nothing in the kernel; or does nothing, if there is none. */
  void remove(int target) {
    assert inFlight[target] == 0 : "target " + target + " has requests in the kernel";
    targets[target] = null;
    streams[target] = null;
    trainLengths[target] = 0;
    holds[target] = 0;
  }

  /** Targets that there may be; some indices may be free. */
  int size() {
    return targets.length;
  }

  boolean has(int target) {
    return targets[target] != null;
  }

  Target target(int target) {
    Target found = targets[target];
    if (found == null) {
      throw unknown(target);
    }
    return found;
  }

  Stream stream(int target) {
    Stream found = streams[target];
    if (found == null) {
      throw unknown(target);
    }
    return found;
  }

  private static AssertionError unknown(int target) {
    return new AssertionError("there is no target " + target);
  }

  /** Datagrams that a request to this target may carry now; 1: it gets them one by one. */
  int trainLength(int target) {
    return trainLengths[target];
  }

  void trainLength(int target, int datagrams) {
    trainLengths[target] = datagrams;
  }

  /** Whether requests in the kernel may have met a socket that segments. */
  boolean segments(int target) {
    return trainLengths[target] > 1
        || (isHeld(target, HELD_BY_TRAINS) && target(target).longestTrain() > 1);
  }

  /** Whether this target gets no request now, for any reason. */
  boolean isHeld(int target) {
    return holds[target] != 0;
  }

  /**
   * Whether it gets none for this reason.
   *
   * @param reason HELD_BY_*
   */
  boolean isHeld(int target, int reason) {
    return (holds[target] & reason) != 0;
  }

  void hold(int target, int reason) {
    holds[target] |= (byte) reason;
  }

  void release(int target, int reason) {
    holds[target] &= (byte) ~reason;
  }

  /** Requests of this target in the kernel. */
  int inFlight(int target) {
    return inFlight[target];
  }

  void began(int target, int requests) {
    inFlight[target] += requests;
  }

  /** A request ended; returns how many of this target are left. */
  int ended(int target) {
    assert inFlight[target] > 0 : "target " + target + " has no request in the kernel";
    return --inFlight[target];
  }

  /**
   * Whether a target of this stream that isn't held has at most so many requests in the kernel.
   * However many there are, it looks at no more than have any or are held, and one.
   */
  boolean hasAtMostInFlight(Stream stream, int most) {
    if (most >= 0) {
      for (Target target : stream.targets()) {
        if (!isHeld(target.index()) && inFlight[target.index()] <= most) {
          return true;
        }
      }
    }
    return false;
  }
}
