package io.millrace.cli;

import io.millrace.Daemon;
import io.millrace.ExitCode;
import io.millrace.Preload;
import io.millrace.StartupException;
import io.millrace.config.ConfigLoader;
import io.millrace.config.LoadedConfig;
import io.millrace.counters.StreamCounters;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.StreamView;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    AtomicReference<@Nullable Daemon> running = new AtomicReference<>();
    Signals.onHangUp(() -> reload(running.get()));
    try {
      LoadedConfig config = ConfigFiles.load(file);
      preload.awaitLogging();
      EngineView view;
      boolean healthy;
      try (Daemon daemon = Daemon.start(config, () -> ConfigLoader.load(file))) {
        running.set(daemon);
        view = daemon.view();
        log().info("running: {} streams on {} rings", view.streams().size(), view.rings().size());
        healthy = runUntilStopped(daemon, stop);
      }
      return finish(view, healthy, System.nanoTime() - startNs);
    } catch (StartupException bad) {
      preload.awaitEnd();
      err.println("millrace: " + bad.getMessage());
      return bad.exitCode().value();
    }
  }

  /** True if it ended as it should; false if a ring's thread died. */
  private boolean runUntilStopped(Daemon daemon, CountDownLatch stop) throws InterruptedException {
    EngineView view = daemon.view();
    ProgressLine line = progress ? new ProgressLine(view, err) : null;
    boolean healthy = true;
    while (!stop.await(POLL_MS, TimeUnit.MILLISECONDS)) {
      if (line != null) {
        line.update();
      }
      healthy = daemon.isRunning();
      if (!healthy || (exitWhenDone && view.allEnded())) {
        break;
      }
    }
    if (line != null) {
      line.finish();
    }
    log().info(healthy ? "stopping" : "a ring's thread has died; stopping");
    return healthy;
  }

  private int finish(EngineView view, boolean healthy, long elapsedNs) {
    boolean failed = !healthy;
    for (StreamView stream : view.streams()) {
      StreamCounters counters = stream.counters();
      long sent = stream.targets().stream().mapToLong(t -> t.counters().datagrams()).sum();
      long dropped = stream.targets().stream().mapToLong(t -> t.counters().droppedTotal()).sum();
      log()
          .info(
              "stream {}: {}; {} datagrams offered to {} targets: {} sent, {} dropped",
              stream.name(),
              counters.state().label(),
              counters.offeredDatagrams(),
              stream.targets().size(),
              sent,
              dropped);
      failed |= counters.state() == StreamCounters.State.FAILED;
    }
    if (summaryFile != null) {
      try {
        Summary.write(view, elapsedNs, summaryFile);
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

  private static void reload(@Nullable Daemon daemon) {
    if (daemon == null) {
      log().warn("SIGHUP: the daemon has not started yet; nothing to reload");
    } else {
      daemon.reload("SIGHUP");
    }
  }
}
