package io.millrace;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a thread has died of what nobody expected. Half a daemon is worse than none: it
 * stops then, and says so, for a supervisor to start it again. Any thread.
 *
 * <p>The threads of rings tell by themselves ({@link RingEngine#isRunning}), and a request of the
 * admin server that fails ends alone. This is for all others: readers of sources, control, watches,
 * the admin server's own.
 */
final class ThreadDeaths implements Thread.UncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadDeaths.class);

  private volatile boolean any;

  /** Whether there was one. */
  boolean any() {
    return any;
  }

  @Override
  public void uncaughtException(Thread thread, Throwable cause) {
    // First: what comes next may fail too, for lack of memory for example.
    any = true;
    LOG.error("thread {} has died; the daemon stops", thread.getName(), cause);
  }

  /**
   * A task for an executor, which would keep what is thrown to itself, and never run a periodic
   * task again.
   */
  static Runnable told(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error cause) {
        tell(cause);
        throw cause;
      }
    };
  }

  /** As if the current thread had died of it. */
  static void tell(Throwable cause) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, cause);
  }
}
