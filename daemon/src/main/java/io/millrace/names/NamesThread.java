package io.millrace.names;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Keeps {@link Names} going: asks when it is time. Any thread. */
public final class NamesThread implements AutoCloseable {
  /** Questions under way at a time, each on a thread that the system's resolver blocks. */
  static final int MOST_LOOKUPS = 32;

  private static final long LOOKUP_KEEP_ALIVE_S = 10;

  /** A step goes over all names; this often at most. */
  private static final long SHORTEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Names names;
  private final Thread thread;
  private volatile boolean stopped;

  public NamesThread(Names names) {
    this.names = names;
    thread = Thread.ofPlatform().daemon().name("names").unstarted(this::run);
    names.waker(this::wake);
  }

  /**
   * Threads for questions: none as long as nothing is asked. There is one question for each name at
   * a time, so what waits for a thread is bounded too.
   */
  public static ExecutorService lookupThreads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            MOST_LOOKUPS,
            MOST_LOOKUPS,
            LOOKUP_KEEP_ALIVE_S,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("lookup-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Begins with the first name: most daemons have none. */
  private synchronized void wake() {
    if (!stopped && thread.getState() == Thread.State.NEW) {
      thread.start();
    }
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!stopped) {
      LockSupport.parkNanos(Math.max(SHORTEST_WAIT_NS, names.step()));
    }
  }

  /** Ends; nobody is asked any more. */
  @Override
  public synchronized void close() {
    stopped = true;
    LockSupport.unpark(thread);
  }
}
