package io.millrace.cli;

import io.millrace.Daemon;
import io.millrace.ExitCode;
import io.millrace.Preload;
import io.millrace.StartupException;
import io.millrace.config.ConfigLoader;
import io.millrace.config.LoadedConfig;
import io.millrace.counters.StreamCounters;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.PollerView;
import io.millrace.metrics.EngineView.RingView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.shim.NativeKernel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What {@code millrace run} does, whoever has read its arguments. Knows nothing of picocli, whose
 * classes an AOT cache can't hold (see adr/0002).
 *
 * @param summaryFile where the summary goes at the end, or null
 * @param err for people
 */
record ForegroundRun(
    Path file,
    boolean exitWhenDone,
    boolean progress,
    @Nullable Path summaryFile,
    PrintWriter err) {
  private static final long POLL_MS = 20;

  /** Runs until it is told to end, or has ended; returns the exit code. */
  int call() throws InterruptedException {
    long startNs = System.nanoTime();
    Preload preload = Preload.begin();
    CountDownLatch stop = new CountDownLatch(1);
    Signals.onStop(stop::countDown);
    ServiceManager manager = ServiceManager.ofThisProcess();
    HangUps hangUps = new HangUps();
    Signals.onHangUp(hangUps::come);
    try {
      LoadedConfig config = ConfigFiles.load(file);
      preload.awaitLogging();
      EngineView view;
      StopReport stopping;
      boolean healthy;
      try (Daemon daemon = Daemon.start(config, () -> ConfigLoader.load(file))) {
        view = daemon.view();
        ClearedCpus.of(
            NativeKernel.load(),
            view.rings().stream().map(RingView::cpu).toList(),
            view.rings().stream()
                .map(RingView::poller)
                .filter(Objects::nonNull)
                .map(PollerView::cpu)
                .toList());
        ServiceReports reports = new ServiceReports(manager, daemon, System.nanoTime());
        hangUps.takeFromNowOn(() -> reports.reload("SIGHUP"));
        log().info("running: {} streams on {} rings", view.streams().size(), view.rings().size());
        healthy = runUntilStopped(daemon, reports, stop);
        manager.stopping();
        stopping = StopReport.begin(view, System.nanoTime());
      }
      stopping.end(view, System.nanoTime());
      return finish(view, stopping, healthy, System.nanoTime() - startNs);
    } catch (StartupException bad) {
      preload.awaitEnd();
      manager.status("can't start: " + bad.getMessage());
      err.println("millrace: " + bad.getMessage());
      return bad.exitCode().value();
    }
  }

  /** True if it ended as it should; false if a thread died. */
  private boolean runUntilStopped(Daemon daemon, ServiceReports reports, CountDownLatch stop)
      throws InterruptedException {
    EngineView view = daemon.view();
    ProgressLine line = progress ? new ProgressLine(view, err) : null;
    boolean healthy = true;
    while (!stop.await(POLL_MS, TimeUnit.MILLISECONDS)) {
      if (line != null) {
        line.update();
      }
      reports.update(System.nanoTime());
      healthy = daemon.isRunning();
      if (!healthy || (exitWhenDone && view.allEnded())) {
        break;
      }
    }
    if (line != null) {
      line.finish();
    }
    log().info(healthy ? "stopping" : "a thread has died; stopping");
    return healthy;
  }

  private int finish(EngineView view, StopReport stopping, boolean healthy, long elapsedNs) {
    boolean failed = !healthy;
    for (StreamView stream : view.streams()) {
      StreamCounters.State state = stream.state();
      long sent = stream.targets().stream().mapToLong(t -> t.counters().datagrams()).sum();
      long dropped = stream.targets().stream().mapToLong(t -> t.counters().droppedTotal()).sum();
      log()
          .info(
              "stream {}: {}; {} datagrams offered to {} targets: {} sent, {} dropped",
              stream.name(),
              state.label(),
              stream.offeredDatagrams(),
              stream.targets().size(),
              sent,
              dropped);
      failed |= state == StreamCounters.State.FAILED;
    }
    Level level = stopping.isAnythingLost() ? Level.WARN : Level.INFO;
    stopping.lines().forEach(line -> log().atLevel(level).log(line));
    if (summaryFile != null) {
      try {
        Summary.write(view, stopping, elapsedNs, summaryFile);
      } catch (IOException failure) {
        err.println("millrace: can't write the summary: " + failure);
        failed = true;
      }
    }
    return (failed ? ExitCode.FAILED : ExitCode.CLEAN).value();
  }

  /** Fetched when needed: a bad configuration is reported without Logback. */
  private static Logger log() {
    return LoggerFactory.getLogger("millrace");
  }
}
