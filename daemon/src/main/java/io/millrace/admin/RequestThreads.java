package io.millrace.admin;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread for each request: a client that stalls holds up nobody else. Each has so long to
 * read its request, the handshake among it, and so long from then on until its answer has been
 * taken; after that it is interrupted, which closes its connection wherever it waits for it.
 *
 * <p>The JDK's server has timers for both too. But they close a connection from outside, and with
 * TLS that waits for a lock which whoever writes to it has: one client that takes nothing in would
 * stop the timer, and with it the server (JDK 25, sun.net.httpserver.ServerImpl and SSLStreams). So
 * these bounds have to be shorter than those. Any thread.
 */
final class RequestThreads implements Executor, AutoCloseable {
  private static final ScopedValue<Bound> BOUND = ScopedValue.newInstance();

  private final long readingMs;
  private final long answeringMs;
  private final Set<Bound> running = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor clock;
  private final ThreadFactory threads =
      Thread.ofVirtual()
          .name("admin-", 0)
          .uncaughtExceptionHandler((_, cause) -> SafeHandler.log(cause))
          .factory();
  private volatile boolean closed;

  /**
   * None yet.
   *
   * @param readingMs for a request
   * @param answeringMs for its answer, and what has to be done for it
   */
  RequestThreads(long readingMs, long answeringMs) {
    this.readingMs = readingMs;
    this.answeringMs = answeringMs;
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("admin-clock").factory());
    clock.setRemoveOnCancelPolicy(true);
  }

  @Override
  public void execute(Runnable request) {
    threads.newThread(() -> run(request)).start();
  }

  private void run(Runnable request) {
    Bound bound = new Bound();
    running.add(bound);
    try {
      bound.end(readingMs);
      ScopedValue.where(BOUND, bound).run(request);
    } finally {
      running.remove(bound);
      bound.over();
    }
  }

  /** Whether the caller is such a thread, so that it may wait for a client: it won't for ever. */
  static boolean isCurrent() {
    return BOUND.isBound();
  }

  /** The caller's request has been read: its time for the answer begins. */
  static void requestIsRead() {
    if (BOUND.isBound()) {
      BOUND.get().answer();
    }
  }

  /** Interrupts all of them. */
  @Override
  public void close() {
    closed = true;
    running.forEach(bound -> bound.thread.interrupt());
    clock.shutdownNow();
  }

  /** The time that one request has; owned by its thread. */
  private final class Bound {
    private final Thread thread = Thread.currentThread();
    private @Nullable Future<?> end;

    void end(long inMs) {
      over();
      try {
        end = clock.schedule(thread::interrupt, inMs, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException closing) {
        thread.interrupt();
      }
      if (closed) { // perhaps before it was among those that run
        thread.interrupt();
      }
    }

    void answer() {
      end(answeringMs);
    }

    void over() {
      if (end != null) {
        end.cancel(false);
      }
    }
  }
}
