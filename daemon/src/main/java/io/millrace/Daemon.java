package io.millrace;

import io.millrace.admin.AccessRules;
import io.millrace.admin.AdminServer;
import io.millrace.admin.ApiHandler;
import io.millrace.admin.ControlResult;
import io.millrace.buffer.Slab;
import io.millrace.config.AdminSettings;
import io.millrace.config.Engine;
import io.millrace.config.Gso;
import io.millrace.config.LoadedConfig;
import io.millrace.config.Settings;
import io.millrace.config.StreamSettings;
import io.millrace.metrics.DaemonMetrics;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.RingView;
import io.millrace.metrics.StatusReport;
import io.millrace.sender.SendMode;
import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import io.millrace.shim.ShimException;
import io.millrace.stream.TargetSocket;
import io.millrace.stream.TrainLimits;
import io.millrace.stream.TrainProbe;
import io.millrace.uring.RingUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The composition root: starts everything in order from the settings, stops it in reverse. Started
 * and closed by one thread; its view may be read by any.
 */
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final List<RingEngine> engines;
  private final EngineView view;
  private final @Nullable DaemonMetrics metrics;
  private final @Nullable AdminServer admin;
  private final LiveControl control;
  private final TargetWatch watch;
  private final RingWatchdog watchdog;
  private volatile boolean stopping;

  private Daemon(
      List<RingEngine> engines,
      EngineView view,
      LiveControl control,
      RingWatchdog watchdog,
      @Nullable DaemonMetrics metrics,
      @Nullable AdminServer admin) {
    this.engines = engines;
    this.view = view;
    this.control = control;
    this.watchdog = watchdog;
    this.metrics = metrics;
    this.admin = admin;
    watch = new TargetWatch(view.streams());
  }

  /**
   * Starts: when this returns, every ring runs and the admin server listens.
   *
   * @param config to start with
   * @param source of the configuration that a reload takes over
   * @throws StartupException if it can't; nothing is left running then
   */
  public static Daemon start(LoadedConfig config, ConfigSource source) throws StartupException {
    Settings settings = config.settings();
    List<RingEngine> engines = new ArrayList<>();
    try {
      Kernel kernel = NativeKernel.load();
      // Where it can't be raised, opening the sockets says so, if they are too many.
      kernel.limitFilesRaise();
      EngineChoice choice = EngineChoice.probe(kernel, settings.send());
      // Without a ring it works, but somebody may want to allow one.
      boolean fallen =
          choice.rung() == EngineChoice.Rung.SENDMMSG && settings.send().engine() == Engine.AUTO;
      LOG.atLevel(fallen ? Level.WARN : Level.INFO).log(choice.describe());
      assembleRings(kernel, settings, choice.mode(), engines);
      // The admin server comes first, "not ready": nothing is sent if its address is taken.
      LiveStreams streams = new LiveStreams();
      for (RingEngine engine : engines) {
        engine.streams().all().forEach(streams::add);
      }
      Reloader reloader = new Reloader(kernel, engines, streams, settings);
      LiveControl control =
          new LiveControl(
              source, config, streams, reloader, () -> new TargetOpener(kernel, settings.send()));
      EngineView view = view(engines, streams, choice);
      Daemon daemon = withAdmin(settings.admin(), engines, view, control);
      try {
        for (RingEngine engine : engines) {
          engine.start();
        }
        daemon.watch.start();
        daemon.watchdog.start();
        control.start();
        return daemon;
      } catch (CompletionException failed) {
        daemon.close();
        throw failed;
      }
    } catch (RingUnavailableException refused) {
      stopAll(engines);
      throw new StartupException(ExitCode.ENVIRONMENT, message(refused, settings));
    } catch (ShimException | Slab.SlabException refused) {
      stopAll(engines);
      throw new StartupException(ExitCode.ENVIRONMENT, String.valueOf(refused.getMessage()));
    } catch (UncheckedIOException unreadable) {
      stopAll(engines);
      throw new StartupException(
          ExitCode.USAGE, "a source can't be read: " + unreadable.getCause());
    } catch (CompletionException failed) {
      stopAll(engines);
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw new StartupException(ExitCode.ENVIRONMENT, String.valueOf(cause.getMessage()));
    } catch (StartupException refused) {
      stopAll(engines);
      throw refused;
    }
  }

  /** With what all rings together need, where that was too much. */
  private static String message(RingUnavailableException refused, Settings settings) {
    if (!refused.isLackOfMemory()) {
      return String.valueOf(refused.getMessage());
    }
    List<Integer> allowed = CpuPlan.allowedCpus(NativeKernel.load());
    int rings =
        CpuPlan.ringCpus(settings.rings().cpus(), allowed, settings.streams().size()).size();
    LockedMemory memory = LockedMemory.of(settings.rings(), settings.buffers(), rings);
    return refused.getMessage() + ": " + memory.need() + "; " + memory.fix();
  }

  private static void assembleRings(
      Kernel kernel, Settings settings, SendMode mode, List<RingEngine> engines)
      throws StartupException {
    List<StreamSettings> streams = settings.streams();
    List<Integer> cpus =
        CpuPlan.choose(settings.rings().cpus(), CpuPlan.allowedCpus(kernel), streams.size());
    int rings = Math.min(cpus.size(), streams.size());
    if (rings < cpus.size()) {
      LOG.warn(
          "{} of the configured CPUs get no ring: there are only {} streams",
          cpus.size() - rings,
          rings);
    }
    TargetOpener opener = new TargetOpener(kernel, settings.send());
    TrainLimits trains =
        settings.send().gso() == Gso.NEVER
            ? TrainLimits.NONE
            : new TrainLimits(TrainProbe.longest(kernel));
    int slotBytes = settings.buffers().slotBytes();
    int[] places =
        new RingLoads(rings)
            .placeAll(
                streams.stream().map(stream -> StreamLoad.of(stream, trains, slotBytes)).toList());
    for (int ring = 0; ring < rings; ring++) {
      List<StreamSettings> own = new ArrayList<>();
      for (int stream = 0; stream < places.length; stream++) {
        if (places[stream] == ring) {
          own.add(streams.get(stream));
        }
      }
      List<List<TargetSocket>> targets = opener.openAll(own);
      int index = ring;
      int cpu = cpus.get(ring);
      engines.add(
          NearMemory.call(
              kernel,
              cpu,
              () -> RingEngine.assemble(index, kernel, cpu, settings, mode, trains, own, targets)));
    }
  }

  private static EngineView view(
      List<RingEngine> engines, LiveStreams streams, EngineChoice choice) {
    List<RingView> rings = engines.stream().map(RingEngine::view).toList();
    BuildInfo build = BuildInfo.load();
    return new EngineView(
        build.version(),
        build.revision(),
        System.getProperty("os.version"),
        choice.combinedCqe(),
        choice.engine(),
        choice.rung().label() + ": " + choice.reason(),
        rings,
        streams.views(),
        streams.removed());
  }

  private static Daemon withAdmin(
      AdminSettings settings, List<RingEngine> engines, EngineView view, LiveControl control)
      throws StartupException {
    RingWatchdog watchdog = new RingWatchdog(view.rings(), ring -> engines.get(ring).stack());
    if (!settings.enabled()) {
      return new Daemon(engines, view, control, watchdog, null, null);
    }
    DaemonMetrics metrics = new DaemonMetrics(view);
    AccessRules access =
        new AccessRules(settings.listen().host(), settings.control(), settings.tokenFile());
    ApiHandler api = new ApiHandler(new StatusReport(view), control, access);
    InetSocketAddress address =
        new InetSocketAddress(settings.listen().host(), settings.listen().port());
    try {
      AdminServer admin =
          AdminServer.start(
              address,
              metrics,
              () -> engines.stream().allMatch(RingEngine::isRunning),
              watchdog::troubles,
              api);
      LOG.info("admin: http://{}", hostPort(admin.address()));
      return new Daemon(engines, view, control, watchdog, metrics, admin);
    } catch (IOException refused) {
      metrics.close();
      throw new StartupException(
          ExitCode.ENVIRONMENT,
          "admin.listen = %s: %s; choose another address, or admin.enabled = false"
              .formatted(settings.listen(), refused.getMessage()));
    }
  }

  private static String hostPort(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /**
   * Reads the configuration again and becomes what it says, as far as that goes without a restart;
   * what became of it is in the log. Waits until it is done; any thread.
   *
   * @param by who asked, for the log
   */
  public ControlResult reload(String by) {
    return control.reload(by);
  }

  /** What runs, and its counters. */
  public EngineView view() {
    return view;
  }

  /** The address of the admin server, or null where it is off. */
  public @Nullable InetSocketAddress adminAddress() {
    return admin == null ? null : admin.address();
  }

  /** Whether every ring's thread runs; false also once the daemon stops. */
  public boolean isRunning() {
    return !stopping && engines.stream().allMatch(RingEngine::isRunning);
  }

  /** Stops sending, lets what is in flight complete, and frees everything. */
  @Override
  public void close() {
    stopping = true;
    watch.close();
    watchdog.close();
    if (admin != null) {
      admin.close();
    }
    control.close();
    if (metrics != null) {
      metrics.close();
    }
    stopAll(engines);
  }

  private static void stopAll(List<RingEngine> engines) {
    engines.forEach(RingEngine::requestStop);
    try {
      for (RingEngine engine : engines) {
        engine.awaitStopped();
      }
    } catch (InterruptedException interrupted) {
      // The threads may still use the memory: leave it to the end of the process.
      Thread.currentThread().interrupt();
      return;
    }
    engines.forEach(RingEngine::close);
    engines.clear();
  }
}
