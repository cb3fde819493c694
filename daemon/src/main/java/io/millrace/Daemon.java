package io.millrace;

import io.millrace.admin.ControlResult;
import io.millrace.buffer.Slab;
import io.millrace.config.Engine;
import io.millrace.config.Gso;
import io.millrace.config.LoadedConfig;
import io.millrace.config.Settings;
import io.millrace.config.SqPollSettings;
import io.millrace.config.StreamSettings;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.RingView;
import io.millrace.names.NameLookup;
import io.millrace.names.Names;
import io.millrace.names.NamesThread;
import io.millrace.names.SystemLookup;
import io.millrace.sender.SendMode;
import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import io.millrace.shim.ShimException;
import io.millrace.stream.TargetSocket;
import io.millrace.stream.TrainLimits;
import io.millrace.stream.TrainProbe;
import io.millrace.uring.RingUnavailableException;
import io.millrace.uring.SqPolling;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
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
  private final @Nullable AdminEnd admin;
  private final LiveControl control;
  private final NamesThread names;
  private final TargetWatch watch;
  private final RingWatchdog watchdog;
  private final ThreadDeaths deaths = new ThreadDeaths();
  private volatile boolean stopping;

  private Daemon(
      List<RingEngine> engines,
      EngineView view,
      LiveControl control,
      NamesThread names,
      @Nullable AdminEnd admin) {
    this.engines = engines;
    this.view = view;
    this.control = control;
    this.names = names;
    this.admin = admin;
    watchdog = new RingWatchdog(view.rings(), ring -> engines.get(ring).stack(), System::nanoTime);
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
    return start(config, source, new SystemLookup());
  }

  /**
   * The same with another resolver.
   *
   * @param lookup asked for every name in a target
   */
  static Daemon start(LoadedConfig config, ConfigSource source, NameLookup lookup)
      throws StartupException {
    Names names =
        new Names(
            lookup,
            NamesThread.lookupThreads(),
            System::nanoTime,
            System::currentTimeMillis,
            new SplittableRandom(),
            config.settings().names());
    NamesThread namesThread = new NamesThread(names);
    try {
      return start(config, source, names, namesThread);
    } catch (StartupException | RuntimeException refused) {
      namesThread.close();
      throw refused;
    }
  }

  private static Daemon start(
      LoadedConfig config, ConfigSource source, Names names, NamesThread namesThread)
      throws StartupException {
    Settings settings = config.settings();
    List<RingEngine> engines = new ArrayList<>();
    try (AdminBinding binding = AdminBinding.begin(settings.admin())) {
      names.askAndWait(NameFollower.namesOfStreams(settings.streams()));
      Kernel kernel = NativeKernel.load();
      // Where it can't be raised, opening the sockets says so, if they are too many.
      kernel.limitFilesRaise();
      LockedMemoryWait memory = new LockedMemoryWait(System::nanoTime, LockSupport::parkNanos);
      EngineChoice choice = memory.get(() -> EngineChoice.probe(kernel, settings.send()));
      // Without a ring it works, but somebody may want to allow one.
      boolean fallen =
          choice.rung() == EngineChoice.Rung.SENDMMSG && settings.send().engine() == Engine.AUTO;
      LOG.atLevel(fallen ? Level.WARN : Level.INFO).log(choice.describe());
      assembleRings(kernel, settings, choice.mode(), names, memory, engines);
      LiveStreams streams = streams(settings.streams(), engines);
      Reloader reloader = new Reloader(kernel, engines, streams, names, settings);
      LiveControl control = new LiveControl(source, config, streams, reloader, names);
      EngineView view = view(engines, streams, choice, names);
      // The admin server comes first: nothing is sent if its address is taken.
      AdminEnd admin = binding.take();
      reloader.admin(admin);
      Daemon daemon = new Daemon(engines, view, control, namesThread, admin);
      // From before the first thread; the process has one daemon.
      Thread.setDefaultUncaughtExceptionHandler(daemon.deaths);
      try {
        for (RingEngine engine : engines) {
          engine.start();
        }
        daemon.serveAdmin();
        daemon.watch.start();
        daemon.watchdog.start();
        control.start();
        return daemon;
      } catch (RuntimeException failed) {
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
          unreadable.getCause() instanceof RefusedSocketException
              ? ExitCode.ENVIRONMENT
              : ExitCode.USAGE,
          "a source can't be read: " + unreadable.getCause());
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
        CpuPlan.ringCpus(
                settings.rings().cpus(), allowed, StreamPlacement.mostRings(settings.streams()))
            .size();
    LockedMemory memory = LockedMemory.of(settings.rings(), settings.buffers(), rings);
    return refused.getMessage() + ": " + memory.need() + "; " + memory.fix();
  }

  private static void assembleRings(
      Kernel kernel,
      Settings settings,
      SendMode mode,
      Names names,
      LockedMemoryWait memory,
      List<RingEngine> engines)
      throws StartupException {
    List<StreamSettings> streams = settings.streams();
    int parts = StreamPlacement.mostRings(streams);
    List<Integer> allowed = CpuPlan.allowedCpus(kernel);
    List<Integer> cpus = CpuPlan.choose(settings.rings().cpus(), allowed, parts);
    int rings = Math.min(cpus.size(), parts);
    if (rings < cpus.size()) {
      LOG.warn(
          "{} of the configured CPUs get no ring: there are only {} streams, and none is to be"
              + " divided further (streams.*.rings)",
          cpus.size() - rings,
          streams.size());
    }
    if (mode.engine() != SendMode.Engine.URING && settings.rings().sqpoll().enabled()) {
      LOG.warn("rings.sqpoll says nothing here: without io_uring there is no ring to poll");
    }
    List<SqPolling> pollings =
        mode.engine() == SendMode.Engine.URING
            ? pollings(settings.rings().sqpoll(), cpus.subList(0, rings), allowed)
            : List.of();
    TrainLimits trains =
        settings.send().gso() == Gso.NEVER
            ? TrainLimits.NONE
            : new TrainLimits(TrainProbe.longest(kernel));
    TargetOpener opener =
        new TargetOpener(kernel, settings.send(), names::answer, settings.names().unresolvable());
    List<List<OpenTarget>> opened = opener.openAll(streams);
    opened.stream()
        .flatMap(targets -> targets.stream())
        .flatMap(target -> target.sockets().stream())
        .findFirst()
        .ifPresent(socket -> sayGrant(settings.send().sendBufferBytes(), socket));
    List<List<RingEngine.Share>> shares =
        StreamPlacement.of(streams, opened, rings, trains, settings.buffers().slotBytes());
    for (int ring = 0; ring < rings; ring++) {
      int index = ring;
      int cpu = cpus.get(ring);
      List<RingEngine.Share> own = shares.get(ring);
      SqPolling polling = pollings.isEmpty() ? null : pollings.get(ring);
      engines.add(
          NearMemory.call(
              kernel,
              cpu,
              () ->
                  RingEngine.assemble(
                      index, kernel, cpu, settings, mode, trains, polling, memory, own)));
    }
  }

  /** How each ring is polled; empty: none is. */
  private static List<SqPolling> pollings(
      SqPollSettings settings, List<Integer> ringCpus, List<Integer> allowed)
      throws StartupException {
    if (!settings.enabled()) {
      return List.of();
    }
    List<Integer> cpus = CpuPlan.choosePollers(settings.cpus(), ringCpus, allowed);
    if (cpus.contains(SqPolling.ANY_CPU)) {
      LOG.warn(
          "rings.sqpoll: {} rings and as many kernel threads that spin share {} CPUs; without a CPU"
              + " for each, rings.sqpoll.enabled = false is faster",
          ringCpus.size(),
          allowed.size());
    }
    return cpus.stream().map(cpu -> new SqPolling((int) settings.idle().toMillis(), cpu)).toList();
  }

  /** The kernel cuts down a send buffer without a word; all sockets get the same. */
  private static void sayGrant(int wanted, TargetSocket socket) {
    int granted = socket.sendBufferBytes();
    if (granted >= 0 && granted < wanted) {
      LOG.warn(
          "send.send-buffer asks for {}, the kernel grants {} (net.core.wmem_max); run `sysctl"
              + " net.core.wmem_max={}`, give the daemon CAP_NET_ADMIN ({}), or ask for less",
          LockedMemory.size(wanted),
          LockedMemory.size(granted),
          wanted,
          Capability.CAP_NET_ADMIN.grant());
    }
  }

  /** The streams, each put together from its parts on the rings. */
  private static LiveStreams streams(List<StreamSettings> settings, List<RingEngine> engines) {
    LiveStreams streams = new LiveStreams();
    for (StreamSettings stream : settings) {
      List<LivePart> parts =
          engines.stream()
              .flatMap(engine -> engine.streams().all().stream())
              .filter(part -> part.file().name().equals(stream.name()))
              .toList();
      streams.add(new LiveStream(stream, parts));
    }
    return streams;
  }

  private static EngineView view(
      List<RingEngine> engines, LiveStreams streams, EngineChoice choice, Names names) {
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
        streams.removed(),
        names::counters);
  }

  private void serveAdmin() {
    if (admin != null) {
      admin.serve(
          view,
          control,
          () -> engines.stream().allMatch(RingEngine::isRunning),
          watchdog::troubles);
    }
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

  /** Whether every ring's thread runs and no other has died; false also once the daemon stops. */
  public boolean isRunning() {
    return !stopping && !deaths.any() && engines.stream().allMatch(RingEngine::isRunning);
  }

  /** What keeps rings from going on, a sentence each; empty: nothing. */
  public List<String> troubles() {
    return watchdog.troubles();
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
    names.close();
    stopAll(engines, control.isSettled());
  }

  private static void stopAll(List<RingEngine> engines) {
    stopAll(engines, true);
  }

  /**
   * Stops, and frees what nobody uses any more.
   *
   * @param settled no other thread makes changes to the rings; else their memory, like that of a
   *     reader that hangs, is left to the end of the process
   */
  private static void stopAll(List<RingEngine> engines, boolean settled) {
    engines.forEach(RingEngine::requestStop);
    boolean unused = settled;
    try {
      for (RingEngine engine : engines) {
        unused &= engine.awaitStopped();
      }
    } catch (InterruptedException interrupted) {
      // The threads may still use the memory: leave it to the end of the process.
      Thread.currentThread().interrupt();
      return;
    }
    if (unused) {
      engines.forEach(RingEngine::close);
      engines.clear();
    }
  }
}
