package io.millrace;

import io.millrace.config.AdminSettings;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Binds the admin address beside the making of the rings, which is work for another CPU: the JDK's
 * server takes longer to be made than anything else that a start waits for. Owned by one thread.
 */
final class AdminBinding implements AutoCloseable {
  private final FutureTask<@Nullable AdminEnd> task;
  private boolean taken;

  private AdminBinding(FutureTask<@Nullable AdminEnd> task) {
    this.task = task;
  }

  /** Begins, on a thread of its own. */
  static AdminBinding begin(AdminSettings settings) {
    FutureTask<@Nullable AdminEnd> task = new FutureTask<>(() -> AdminEnd.bind(settings));
    Thread.ofPlatform().name("admin-bind").daemon().start(task);
    return new AdminBinding(task);
  }

  /**
   * Waits for the server; it is the caller's from then on.
   *
   * @return null where it is off
   * @throws StartupException if its address can't be bound
   */
  @Nullable AdminEnd take() throws StartupException {
    taken = true;
    return await();
  }

  private @Nullable AdminEnd await() throws StartupException {
    try {
      return task.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof StartupException refused) {
        throw refused;
      }
      throw new IllegalStateException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while admin.listen was bound", interrupted);
    }
  }

  /** Gives the address back, if nobody has taken the server: the start has failed elsewhere. */
  @Override
  public void close() {
    if (taken) {
      return;
    }
    try {
      AdminEnd unused = await();
      if (unused != null) {
        unused.close();
      }
    } catch (StartupException alsoRefused) {
      // What failed before is what is said.
    }
  }
}
