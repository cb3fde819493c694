package io.millrace.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Reloads for SIGHUP. One that comes while the daemon still starts may be about a change that its
 * start didn't read: it is made up for then. Any thread.
 */
final class HangUps {
  private final AtomicReference<@Nullable Runnable> reload = new AtomicReference<>();
  private final AtomicBoolean due = new AtomicBoolean();

  /** The signal has come. */
  void come() {
    due.set(true);
    if (reload.get() == null) {
      LoggerFactory.getLogger("millrace")
          .info("SIGHUP: the daemon is starting; it reads its configuration again when it runs");
    }
    serve();
  }

  /**
   * The daemon runs: from now on each is a reload, and one that has come already too. That one has
   * a thread of its own: who waits for the daemon's end doesn't wait for a reload.
   */
  void takeFromNowOn(Runnable action) {
    reload.set(action);
    if (due.get()) {
      Thread.ofPlatform().daemon().name("hang-up").start(this::serve);
    }
  }

  /** Whichever comes last, signal or start, finds both. */
  private void serve() {
    Runnable action = reload.get();
    if (action != null && due.getAndSet(false)) {
      action.run();
    }
  }
}
