package io.millrace.sender;

import io.millrace.stream.Stream;
import io.millrace.stream.Target;

/**
 * What a ring keeps of each of its targets while it sends: how many requests are in the kernel, and
 * how many datagrams one may carry. Owned by one SenderThread.
 */
final class TargetTable {
  private final Target[] targets;

  /** The stream that each target belongs to. */
  private final Stream[] streams;

  private final int[] inFlight;
  private final int[] trainLengths;
  private final boolean[] held;

  /**
   * The targets of these streams, by their indices, which leave no gap.
   *
   * @param streamsOfRing in any order
   */
  TargetTable(Stream[] streamsOfRing) {
    int count = 0;
    for (Stream stream : streamsOfRing) {
      count += stream.targets().length;
    }
    targets = new Target[count];
    streams = new Stream[count];
    inFlight = new int[count];
    trainLengths = new int[count];
    held = new boolean[count];
    for (Stream stream : streamsOfRing) {
      for (Target target : stream.targets()) {
        targets[target.index()] = target;
        streams[target.index()] = stream;
        trainLengths[target.index()] = target.longestTrain();
        target.counters().trainLength(target.longestTrain());
      }
    }
  }

  int size() {
    return targets.length;
  }

  Target target(int target) {
    return targets[target];
  }

  Stream stream(int target) {
    return streams[target];
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
    return trainLengths[target] > 1 || (held[target] && targets[target].longestTrain() > 1);
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
