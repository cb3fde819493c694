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
import io.millrace.names.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a running daemon: one thread of its own does everything, one thing after the other, and
 * whoever asks waits for it. It opens sockets and reads files, so that the sender threads only get
 * finished things.
 */
final class LiveControl implements DaemonControl, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveControl.class);

  private static final long SWEEP_MS = 100;
  private static final long WATCH_MS = 1000;
  private static final long PATIENCE_S = 60;

  private final ConfigSource source;
  private final LiveStreams streams;
  private final Reloader reloader;
  private final Names names;
  private final NameFollower follower;
  private final ConfigWatch watch;
  private final long closePatienceNs;
  private boolean reloadsOnChange;

  /** Configurations that were read, and the last of them that was taken over. */
  private long reads;

  private long takenOver;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("control").factory());

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
      Names names) {
    this.source = source;
    this.streams = streams;
    this.reloader = reloader;
    this.names = names;
    follower = new NameFollower(names, streams, reloader);
    watch = new ConfigWatch(started.files());
    closePatienceNs = started.settings().rings().drainTimeout().toNanos();
    reloadsOnChange = started.settings().reload().onChange();
  }

  /** Begins with what is done without being asked. */
  void start() {
    names.listener(this::nameChanged);
    follow("names", follower::targetsChanged); // since they were asked for they may have changed
    var _ =
        thread.scheduleWithFixedDelay(
            ThreadDeaths.told(streams::sweep), SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    var _ =
        thread.scheduleWithFixedDelay(
            ThreadDeaths.told(this::reloadIfChanged), WATCH_MS, WATCH_MS, TimeUnit.MILLISECONDS);
  }

  private void reloadIfChanged() {
    if (reloadsOnChange && watch.hasChanged()) {
      watch.take();
      Thread.ofVirtual().start(() -> reload("the file has changed"));
    }
  }

  /** By a thread of {@link Names}, which must not wait. */
  private void nameChanged(String name) {
    try {
      follow(name, () -> follower.nameChanged(name));
    } catch (RejectedExecutionException closing) {
      LOG.debug("name {}: the daemon stops", name, closing);
    }
  }

  private void follow(String what, Runnable change) {
    thread.execute(
        ThreadDeaths.told(
            () -> {
              try {
                change.run();
              } catch (IllegalStateException failed) {
                LOG.error("{}: targets can't follow", what, failed);
              }
            }));
  }

  /**
   * The file is read and taken over by the control thread; in between whoever asks waits for names
   * that nobody has asked for yet, so that a slow name server holds up nothing else.
   */
  @Override
  public ControlResult reload(String by) {
    while (true) {
      AtomicReference<Read> read = new AtomicReference<>();
      ControlResult result = await(() -> read(by, read));
      Read taken = read.get();
      if (taken == null) {
        return result;
      }
      names.askAndWait(NameFollower.namesOfStreams(taken.config.settings().streams()));
      AtomicBoolean outdated = new AtomicBoolean();
      result = await(() -> takeOver(by, taken, outdated));
      if (!outdated.get()) {
        return result;
      }
    }
  }

  /**
   * A configuration that was read.
   *
   * @param number how many had been read by then
   */
  private record Read(LoadedConfig config, long number) {}

  private ControlResult read(String by, AtomicReference<Read> read) {
    watch.take();
    try {
      read.set(new Read(source.load(), ++reads));
      return done("read");
    } catch (ConfigProblemsException bad) {
      return refused(by, bad.problems().stream().map(ConfigProblem::toString).toList());
    }
  }

  /**
   * Takes a configuration over.
   *
   * @param outdated set if a later one has been taken over meanwhile; the file is to be read again
   */
  private ControlResult takeOver(String by, Read read, AtomicBoolean outdated) {
    if (read.number < takenOver) {
      outdated.set(true);
      return done("outdated");
    }
    LoadedConfig loaded = read.config;
    try {
      ReloadPlan plan = reloader.apply(loaded.settings());
      takenOver = read.number;
      follower.targetsChanged();
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
          KernelPacing kernel = live.pace().kernel();
          PaceSettings pace = Rates.parse(rate, live.pace().burst()).by(kernel);
          // The kernel doesn't let a socket's pacing rate be raised, and without a schedule
          // datagrams have no times.
          if (kernel == KernelPacing.FQ || pace.kernel() != kernel) {
            return bad(
                "the kernel paces %s (pace.kernel = %s): change the file, and reload"
                    .formatted(stream, kernel.name().toLowerCase(Locale.ROOT)));
          }
          String wrong = Reloader.whatIsWrongWith(pace, live);
          if (wrong != null) {
            return bad(wrong);
          }
          reloader.pace(live, pace);
          return done("%s: %s".formatted(stream, Rates.format(pace)));
        });
  }

  @Override
  public ControlResult addTarget(String stream, String address) {
    TargetSettings asked;
    try {
      asked = target(address);
    } catch (IllegalArgumentException wrong) {
      return bad(String.valueOf(wrong.getMessage()));
    }
    names.askAndWait(NameFollower.namesOf(List.of(asked)));
    return of(
        stream,
        live -> {
          TargetSettings target = target(address);
          if (live.destinations().stream().anyMatch(each -> each.label().equals(address))) {
            return bad("%s has the target %s already".formatted(stream, address));
          }
          List<TargetSettings> wanted = new ArrayList<>(live.targetSettings());
          wanted.add(target);
          try {
            reloader.retarget(live, wanted, reloader.join(live, wanted, reloader.opener()));
          } catch (StartupException refused) {
            return bad(String.valueOf(refused.getMessage()));
          }
          follower.targetsChanged();
          return done("%s: target %s added".formatted(stream, address));
        });
  }

  private TargetSettings target(String address) {
    return TargetSettings.plain(address, HostPort.parse(address, 1), reloader.nameSettings().use());
  }

  @Override
  public ControlResult removeTarget(String stream, String target) {
    return of(
        stream,
        live -> {
          List<TargetSettings> wanted =
              new ArrayList<>(
                  live.destinations().stream()
                      .filter(each -> !each.label().equals(target))
                      .map(Destination::settings)
                      .toList());
          if (wanted.size() == live.destinations().size()) {
            return bad("%s has no target %s".formatted(stream, target));
          }
          if (wanted.isEmpty()) {
            return bad("%s is the only target of %s; pause the stream".formatted(target, stream));
          }
          reloader.retarget(live, wanted, List.of());
          follower.targetsChanged();
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

  private static ControlResult carriedOut(Supplier<ControlResult> change) {
    try {
      return change.get();
    } catch (Error broken) {
      // It may have stopped half-way, and what is half changed isn't to go on.
      ThreadDeaths.tell(broken);
      throw broken;
    }
  }

  private ControlResult await(Supplier<ControlResult> change) {
    try {
      Future<ControlResult> result = thread.submit(() -> carriedOut(change));
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

  /** Lets what is under way finish, for rings.drain-timeout at most; nothing new begins. */
  @Override
  public void close() {
    thread.shutdown();
    // Not here: an interrupt closes a file that is being read, and waits until it isn't.
    Thread.ofPlatform().daemon().name("control-stop").start(thread::shutdownNow);
    try {
      if (thread.awaitTermination(closePatienceNs, TimeUnit.NANOSECONDS)) {
        streams.sweep();
      } else {
        LOG.warn("a change is still under way, and is left unfinished");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether nothing is changed any more, so that what it may use can be freed. */
  boolean isSettled() {
    return thread.isTerminated();
  }
}
