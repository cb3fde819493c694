package io.millrace.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One event at each interval for all who listen: made once by a virtual thread that there is only
 * while somebody does, and never waiting for one of them. Who is behind gets the newest event in
 * place of those in between; who has taken none for {@link #PATIENCE} intervals is cut off. Any
 * thread.
 */
final class EventFeed implements AutoCloseable {
  /** Listeners at a time: each has a connection and a thread, of which there are not many. */
  static final int MOST_LISTENERS = 16;

  /** Intervals without taking an event: what it is sent meanwhile waits in socket buffers. */
  static final int PATIENCE = 5;

  private final Supplier<byte[]> maker;
  private final Runnable afterLast;
  private final long intervalNs;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // What follows is guarded by the lock.
  private final List<Listener> listeners = new ArrayList<>();
  private byte @Nullable [] latest;
  private boolean making;
  private boolean closed;

  /**
   * A feed to which nobody listens.
   *
   * @param maker makes an event; called by one thread at a time
   * @param afterLast what to do when nobody listens any more; the same thread
   * @param intervalNs from one event to the next
   */
  EventFeed(Supplier<byte[]> maker, Runnable afterLast, long intervalNs) {
    this.maker = maker;
    this.afterLast = afterLast;
    this.intervalNs = intervalNs;
  }

  /** Who listens. Used by one thread, and closed by it. */
  final class Listener implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private byte @Nullable [] pending;
    private int untaken;
    private boolean ended;

    private void offer(byte[] event) {
      untaken = pending == null ? 0 : untaken + 1;
      pending = event;
      if (untaken >= PATIENCE) {
        ended = true;
        // It is in a write that doesn't end; an interrupt ends that, and closes the connection.
        thread.interrupt();
      }
    }

    /**
     * Waits for the next event.
     *
     * @param deadlineNs of {@link System#nanoTime()}
     * @return null at the feed's end, or if there is none before the deadline
     */
    byte @Nullable [] take(long deadlineNs) throws InterruptedException {
      lock.lock();
      try {
        while (pending == null && !ended) {
          long leftNs = deadlineNs - System.nanoTime();
          if (leftNs <= 0) {
            return null;
          }
          changed.awaitNanos(leftNs);
        }
        byte[] event = ended ? null : pending;
        pending = null;
        return event;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        listeners.remove(this);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Begins to listen, with the latest event if there is one; null: there are too many, or the end.
   */
  @Nullable Listener listen() {
    lock.lock();
    try {
      if (closed || listeners.size() >= MOST_LISTENERS) {
        return null;
      }
      Listener listener = new Listener();
      listener.pending = latest;
      listeners.add(listener);
      if (!making) {
        making = true;
        Thread.ofVirtual().name("events").start(this::make);
      }
      return listener;
    } finally {
      lock.unlock();
    }
  }

  int listeners() {
    lock.lock();
    try {
      return listeners.size();
    } finally {
      lock.unlock();
    }
  }

  private void make() {
    try {
      long nextNs = System.nanoTime();
      do {
        publish(maker.get());
        // Not early after a pause of the machine: a rate is better over a whole interval.
        nextNs = Math.max(nextNs + intervalNs, System.nanoTime() + intervalNs / 2);
      } while (waitsFor(nextNs));
    } catch (RuntimeException | Error bug) {
      SafeHandler.log(bug);
      endAll();
    } catch (InterruptedException stopped) {
      endAll();
    }
  }

  private void publish(byte[] event) {
    lock.lock();
    try {
      latest = event;
      listeners.forEach(listener -> listener.offer(event));
      listeners.removeIf(listener -> listener.ended);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Until it is time for another event; false when nobody wants it. */
  private boolean waitsFor(long nextNs) throws InterruptedException {
    lock.lock();
    try {
      while (!closed && !listeners.isEmpty()) {
        long leftNs = nextNs - System.nanoTime();
        if (leftNs <= 0) {
          return true;
        }
        changed.awaitNanos(leftNs);
      }
      rest();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: who listens from now on starts another thread, after this. */
  private void rest() {
    afterLast.run();
    latest = null;
    making = false;
  }

  private void endAll() {
    lock.lock();
    try {
      listeners.forEach(listener -> listener.ended = true);
      listeners.clear();
      rest();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends every listener, and lets none begin. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      listeners.forEach(listener -> listener.ended = true);
      listeners.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
