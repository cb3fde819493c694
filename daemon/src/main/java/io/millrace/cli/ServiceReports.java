package io.millrace.cli;

import io.millrace.Daemon;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What the service manager is told of a running daemon: that it is ready, once a second what it
 * does, and, within the watchdog's limit, that every ring makes progress. Owned by the main thread,
 * but for {@link #reload}.
 */
final class ServiceReports {
  private static final long STATUS_NS = TimeUnit.SECONDS.toNanos(1);

  private final ServiceManager manager;
  private final Daemon daemon;
  private final Throughput throughput;
  private long statusNs;
  private long aliveNs;

  /** The start is over. */
  ServiceReports(ServiceManager manager, Daemon daemon, long nowNs) {
    this.manager = manager;
    this.daemon = daemon;
    throughput = new Throughput(daemon.view(), nowNs);
    statusNs = nowNs;
    aliveNs = nowNs;
    manager.ready(started());
  }

  private String started() {
    return "%d streams on %d rings"
        .formatted(daemon.view().streams().size(), daemon.view().rings().size());
  }

  /** Says what is due by now. */
  void update(long nowNs) {
    if (!manager.isThere()) {
      return;
    }
    if (nowNs - statusNs >= STATUS_NS) {
      statusNs = nowNs;
      throughput.look(nowNs);
      manager.status(status());
    }
    if (manager.aliveEveryNs() > 0 && nowNs - aliveNs >= manager.aliveEveryNs()) {
      aliveNs = nowNs;
      if (daemon.troubles().isEmpty()) {
        manager.alive();
      }
    }
  }

  private String status() {
    String trouble = String.join("; ", daemon.troubles());
    return String.format(
        Locale.ROOT,
        "%s%s, %d targets%s: %,.0f datagrams/s, %,.1f Mbit/s, %,d dropped",
        trouble.isEmpty() ? "" : trouble + ": ",
        started(),
        throughput.targets(),
        throughput.waiting() == 0
            ? ""
            : " (%d wait for their names)".formatted(throughput.waiting()),
        throughput.datagramsPerSecond(),
        throughput.bitsPerSecond() / 1e6,
        throughput.dropped());
  }

  /** Reloads, and says when it begins and ends; any thread. */
  void reload(String by) {
    manager.reloading();
    manager.ready(daemon.reload(by).message());
  }
}
