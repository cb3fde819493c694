package io.millrace.admin;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Bounds what strangers can make the machine compute: one signature of a handshake costs a
 * millisecond, and whoever asks for it pays nothing. Handshakes take turns, and after each piece of
 * work comes a rest of three times as long, so that all of them together never take more than a
 * quarter of one core from the rings. Any thread.
 */
final class HandshakeTurn {
  private static final long REST = 3;

  /** Where the machine is busy, work seems to take long. */
  private static final long LONGEST_REST_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Semaphore turn = new Semaphore(1, true);

  /**
   * Waits for its turn, and works.
   *
   * @throws IllegalStateException if the thread is interrupted before
   */
  void take(Runnable work) {
    try {
      turn.acquire();
    } catch (InterruptedException cutOff) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("a handshake was cut off", cutOff);
    }
    try {
      long beganNs = System.nanoTime();
      work.run();
      LockSupport.parkNanos(Math.min(LONGEST_REST_NS, REST * (System.nanoTime() - beganNs)));
    } finally {
      turn.release();
    }
  }
}
