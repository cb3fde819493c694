package io.millrace;

import io.millrace.metrics.DaemonMetrics;
import io.millrace.metrics.EngineView;
import io.millrace.shim.NativeKernel;
import io.millrace.shim.ShimException;
import java.util.List;

/**
 * Does on a second CPU, while the configuration is read, what every start needs and no
 * configuration changes: the kernel's functions are linked, and the classes of the metrics run
 * once. Nobody waits for it, but whoever needs a class that it is just initializing.
 */
public final class Preload {
  private Preload() {}

  /** Begins, on a thread of its own. */
  public static void begin() {
    Thread.ofPlatform().name("preload").daemon().start(Preload::load);
  }

  private static void load() {
    try {
      NativeKernel.load();
    } catch (ShimException refused) {
      return; // Daemon.start meets it too, and says so.
    }
    EngineView nothing = new EngineView("", "", "", "", "", List.of(), List.of());
    new DaemonMetrics(nothing).close();
  }
}
