package io.millrace;

import io.millrace.admin.ControlResult;
import io.millrace.admin.ControlResult.Kind;
import io.millrace.admin.DaemonControl;
import io.millrace.config.ConfigProblem;
import io.millrace.config.ConfigProblemsException;
import io.millrace.config.HostPort;
import io.millrace.config.KernelPacing;
import io.millrace.config.LoadedConfig;
import io.millrace.config.PaceSettings;
import io.millrace.config.Rates;
import io.millrace.config.TargetSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a running daemon: one thread of its own does everything, one thing after the other, and
 * whoever asks waits for it. It resolves names, opens sockets and reads files, so that the sender
 * threads only get finished things.
 */
final class LiveControl implements DaemonControl, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveControl.class);

  private static final long SWEEP_MS = 100;
  private static final long WATCH_MS = 1000;
  private static final long PATIENCE_S = 60;
  private static final long CLOSE_PATIENCE_S = 65;

  private final ConfigSource source;
  private final LiveStreams streams;
  private final Reloader reloader;
  private final TargetOpenerFactory openers;
  private final ConfigWatch watch;
  private boolean reloadsOnChange;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("control").factory());

  /** Makes what opens targets; a new one for each change, as it remembers names. */
  @FunctionalInterface
  interface TargetOpenerFactory {
    TargetOpener make();
  }

  /**
   * A control that has not begun.
   *
   * @param started what the daemon runs with
   */
  LiveControl(
      ConfigSource source,
      LoadedConfig started,
      LiveStreams streams,
      Reloader reloader,
      TargetOpenerFactory openers) {
    this.source = source;
    this.streams = streams;
    this.reloader = reloader;
    this.openers = openers;
    watch = new ConfigWatch(started.files());
    reloadsOnChange = started.settings().reload().onChange();
  }

  /** Begins with what is done without being asked. */
  void start() {
    var _ =
        thread.scheduleWithFixedDelay(streams::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    var _ =
        thread.scheduleWithFixedDelay(
            this::reloadIfChanged, WATCH_MS, WATCH_MS, TimeUnit.MILLISECONDS);
  }

  private void reloadIfChanged() {
    if (reloadsOnChange && watch.hasChanged()) {
      try {
        reloadNow("the file has changed");
      } catch (IllegalStateException failed) {
        LOG.error("a change failed", failed); // and the next one is tried again
      }
    }
  }

  @Override
  public ControlResult reload(String by) {
    return await(() -> reloadNow(by));
  }

  private ControlResult reloadNow(String by) {
    watch.take();
    try {
      LoadedConfig loaded = source.load();
      ReloadPlan plan = reloader.apply(loaded.settings());
      watch.files(loaded.files());
      reloadsOnChange = loaded.settings().reload().onChange();
      String restart =
          plan.restartNeeded().isEmpty()
              ? ""
              : "; these keys have changed and wait for a restart: "
                  + String.join(", ", plan.restartNeeded());
      LOG.info("{}: reloaded: {}{}", by, plan, restart);
      plan.changed().forEach(change -> LOG.info("{}", change));
      return new ControlResult(Kind.DONE, plan + restart, plan.details());
    } catch (ConfigProblemsException bad) {
      return refused(by, bad.problems().stream().map(ConfigProblem::toString).toList());
    } catch (Reloader.RefusedException bad) {
      return refused(by, bad.problems());
    }
  }

  private static ControlResult refused(String by, List<String> problems) {
    LOG.error(
        "{}: the configuration has errors, the running configuration stays:\n{}",
        by,
        String.join("\n", problems));
    return new ControlResult(
        Kind.REFUSED,
        "the configuration has errors, the running configuration stays",
        Map.of("problems", problems));
  }

  @Override
  public ControlResult pause(String stream) {
    return of(stream, live -> paused(live, true));
  }

  @Override
  public ControlResult resume(String stream) {
    return of(stream, live -> paused(live, false));
  }

  private ControlResult paused(LiveStream stream, boolean paused) {
    return reloader.pause(stream, paused)
        ? done("%s: %s".formatted(stream.name(), paused ? "pausing" : "resuming"))
        : ControlResult.of(Kind.BUSY, "the ring's command queue is full; try again");
  }

  @Override
  public ControlResult rate(String stream, String rate) {
    return of(
        stream,
        live -> {
          PaceSettings pace = Rates.parse(rate, RingStreams.burst(live.pace()));
          if (live.pace().kernel() != KernelPacing.NONE) {
            // The kernel doesn't let a socket's pacing rate be raised.
            return bad(
                "the kernel paces %s (pace.kernel = fq): change the file, and reload"
                    .formatted(stream));
          }
          reloader.pace(live, pace);
          return done("%s: %s".formatted(stream, Rates.format(pace)));
        });
  }

  @Override
  public ControlResult addTarget(String stream, String address) {
    return of(
        stream,
        live -> {
          TargetSettings target = target(address);
          if (live.targets().stream().anyMatch(each -> each.view().label().equals(address))) {
            return bad("%s has the target %s already".formatted(stream, address));
          }
          List<TargetSettings> wanted = new ArrayList<>(live.targetSettings());
          wanted.add(target);
          try {
            reloader.retarget(live, wanted, reloader.join(live, List.of(target), openers.make()));
          } catch (StartupException refused) {
            return bad(String.valueOf(refused.getMessage()));
          }
          return done("%s: target %s added".formatted(stream, address));
        });
  }

  private static TargetSettings target(String address) {
    return new TargetSettings(
        address,
        HostPort.parse(address, 1),
        TargetSettings.KERNEL_DEFAULT,
        null,
        TargetSettings.KERNEL_DEFAULT);
  }

  @Override
  public ControlResult removeTarget(String stream, String target) {
    return of(
        stream,
        live -> {
          List<TargetSettings> wanted =
              new ArrayList<>(
                  live.targets().stream()
                      .filter(each -> !each.view().label().equals(target))
                      .map(LiveTarget::settings)
                      .toList());
          if (wanted.size() == live.targets().size()) {
            return bad("%s has no target %s".formatted(stream, target));
          }
          if (wanted.isEmpty()) {
            return bad("%s is the only target of %s; pause the stream".formatted(target, stream));
          }
          reloader.retarget(live, wanted, List.of());
          streams.sweep(TimeUnit.SECONDS.toNanos(1));
          return done("%s: target %s removed".formatted(stream, target));
        });
  }

  private ControlResult of(String stream, Function<LiveStream, ControlResult> change) {
    return await(
        () -> {
          LiveStream live = streams.get(stream);
          if (live == null) {
            return ControlResult.of(Kind.NO_SUCH_STREAM, "no such stream: " + stream);
          }
          ControlResult result = change.apply(live);
          if (result.kind() == Kind.DONE) {
            LOG.info("{}", result.message());
          }
          return result;
        });
  }

  private static ControlResult done(String message) {
    return ControlResult.of(Kind.DONE, message);
  }

  private static ControlResult bad(String message) {
    return ControlResult.of(Kind.BAD_REQUEST, message);
  }

  private ControlResult await(Supplier<ControlResult> change) {
    try {
      Future<ControlResult> result = thread.submit(change::get);
      return result.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (RejectedExecutionException closing) {
      return ControlResult.of(Kind.BUSY, "the daemon stops");
    } catch (TimeoutException late) {
      return ControlResult.of(Kind.BUSY, "not done after " + PATIENCE_S + " s; it goes on");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return ControlResult.of(Kind.BUSY, "the daemon stops");
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IllegalArgumentException wrong) {
        return bad(String.valueOf(wrong.getMessage()));
      }
      LOG.error("a change failed", failed.getCause());
      return ControlResult.of(Kind.FAILED, "the change failed; the daemon's log says why");
    }
  }

  /** Lets what is under way finish; nothing is changed after that. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_PATIENCE_S, TimeUnit.SECONDS)) {
        LOG.warn("a change is still under way");
      }
      streams.sweep();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
