package io.millrace.sim;

import org.jspecify.annotations.Nullable;

/** What really happened on a ring, for comparison with the sender's books. */
final class SimTruth {
  private static final int MOST_REQUESTS = 1 << 8;

  private final SimRing ring;

  /** By user_data: what the kernel has taken and whose last CQE the sender has not read. */
  private final @Nullable SimSend[] inFlight = new @Nullable SimSend[MOST_REQUESTS];

  private int inFlightCount;
  long taken;
  long ended;
  long cqes;
  long enters;

  SimTruth(SimRing ring) {
    this.ring = ring;
  }

  void entered() {
    enters++;
  }

  void taken(SimSend send) {
    if (inFlight[send.request] != null) {
      throw new Violation("request " + send.request + " is submitted while it is in the kernel");
    }
    inFlight[send.request] = send;
    inFlightCount++;
    taken++;
  }

  /** Looks at what the sender has reaped. */
  void notice() {
    for (SimRing.Cqe cqe = ring.pollReaped(); cqe != null; cqe = ring.pollReaped()) {
      SimSend send = cqe.send();
      if (send != null) {
        cqes++;
        if (cqe.last()) {
          inFlight[send.request] = null;
          inFlightCount--;
          ended++;
          send.socket.reaped(send);
        }
      }
    }
  }

  /** A request that was taken and whose last CQE the sender has not read, or null. */
  @Nullable SimSend inFlight(int request) {
    return inFlight[request];
  }

  int inFlightCount() {
    return inFlightCount;
  }

  SimRing ring() {
    return ring;
  }
}
