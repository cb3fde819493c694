package io.millrace;

import io.millrace.shim.NativeKernel;
import io.millrace.shim.ShimException;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/**
 * Does on a second CPU, while the configuration is read, what every start needs and no
 * configuration changes: Logback starts, and the kernel's functions are linked.
 */
public final class Preload {
  private final CountDownLatch logging = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("preload").daemon().unstarted(this::load);

  private Preload() {}

  /** Begins, on a thread of its own. */
  public static Preload begin() {
    Preload preload = new Preload();
    preload.thread.start();
    return preload;
  }

  /**
   * Waits until loggers can be used. While one thread starts Logback, SLF4J gives the others
   * stand-ins, and complains about it on stderr.
   */
  public void awaitLogging() throws InterruptedException {
    logging.await();
  }

  /** Waits for its end, so that the process can end without leaving an unpacked shim behind. */
  public void awaitEnd() throws InterruptedException {
    thread.join();
  }

  private void load() {
    try {
      LoggerFactory.getILoggerFactory();
    } finally {
      logging.countDown();
    }
    try {
      NativeKernel.load();
    } catch (ShimException refused) {
      // Daemon.start meets it too, and says so.
    }
  }
}
