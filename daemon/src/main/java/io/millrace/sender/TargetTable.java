package io.millrace.sender;

import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import org.jspecify.annotations.Nullable;

/**
 * What a ring keeps of each of its targets while it sends: how many requests are in the kernel, and
 * how many datagrams one may carry. Owned by one SenderThread.
 */
final class TargetTable {
  private final @Nullable Target[] targets;

  /** The stream that each target belongs to. */
  private final @Nullable Stream[] streams;

  private final int[] inFlight;
  private final int[] trainLengths;
  private final boolean[] held;

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
    held = new boolean[count];
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
    held[target] = false;
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
    return trainLengths[target] > 1 || (held[target] && target(target).longestTrain() > 1);
  }

  /** Whether this target gets no request until those in the kernel have ended. */
  boolean isHeld(int target) {
    return held[target];
  }

  void hold(int target, boolean hold) {
    held[target] = hold;
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

  /** The fewest requests in the kernel that a target of this stream has. */
  int fewestInFlight(Stream stream) {
    int fewest = Integer.MAX_VALUE;
    for (Target target : stream.targets()) {
      fewest = Math.min(fewest, inFlight[target.index()]);
    }
    return fewest;
  }
}
