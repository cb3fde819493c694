package io.millrace.mmsg;

import java.util.Arrays;

/**
 * Messages that wait until their socket has room again, for each target in the order in which they
 * were to be sent. Owned by one SenderThread.
 */
public final class WaitingMessages {
  private static final int NONE = -1;

  private final long[] addresses;
  private final int[] bytes;
  private final long[] departures;

  /** The request behind each one in its target's line. */
  private final int[] nexts;

  private final int[] firsts;
  private final int[] lasts;
  private int waitingTargets;

  /** None, with room for this many requests and targets, by their numbers. */
  public WaitingMessages(int requests, int targets) {
    addresses = new long[requests];
    bytes = new int[requests];
    departures = new long[requests];
    nexts = new int[requests];
    firsts = new int[targets];
    lasts = new int[targets];
    Arrays.fill(firsts, NONE);
  }

  /** Whether messages of a target wait. */
  public boolean has(int target) {
    return firsts[target] != NONE;
  }

  /** Targets that have messages here. */
  public int targets() {
    return waitingTargets;
  }

  /** Adds a message behind the others of its target; its time as in {@link MessageBatch#add}. */
  public void add(int target, long address, int payloadBytes, long departureNs, int request) {
    addresses[request] = address;
    bytes[request] = payloadBytes;
    departures[request] = departureNs;
    nexts[request] = NONE;
    if (firsts[target] == NONE) {
      firsts[target] = request;
      waitingTargets++;
    } else {
      nexts[lasts[target]] = request;
    }
    lasts[target] = request;
  }

  /** Moves all messages of a target into a batch that has room for them. */
  public void moveInto(MessageBatch batch, int target) {
    int request = firsts[target];
    if (request == NONE) {
      return;
    }
    for (; request != NONE; request = nexts[request]) {
      batch.add(target, addresses[request], bytes[request], departures[request], request);
    }
    firsts[target] = NONE;
    waitingTargets--;
  }
}
