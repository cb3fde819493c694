package io.millrace;

import io.millrace.config.PaceSettings;
import io.millrace.config.Settings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.sender.StreamChange;
import io.millrace.shim.Kernel;
import io.millrace.stream.SourceThread;
import io.millrace.stream.TargetSocket;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a running daemon what a configuration says: first everything that can fail (names, sockets,
 * files, room), and if that is well, the change itself. Owned by one control thread.
 */
final class Reloader {
  private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

  /** What is on its way out has so long before the rest is done; then it goes on beside it. */
  private static final long REMOVAL_PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

  private final Kernel kernel;
  private final List<RingEngine> rings;
  private final LiveStreams streams;

  /** How it was started: what only a restart changes. */
  private final Settings started;

  Reloader(Kernel kernel, List<RingEngine> rings, LiveStreams streams, Settings started) {
    this.kernel = kernel;
    this.rings = List.copyOf(rings);
    this.streams = streams;
    this.started = started;
  }

  /** A configuration can't be taken over; nothing has changed. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<String> problems;

    RefusedException(List<String> problems) {
      super(String.join("\n", problems));
      this.problems = List.copyOf(problems);
    }

    List<String> problems() {
      return problems;
    }
  }

  /** New targets for a stream that stays. */
  private record Joining(ReloadPlan.Change change, List<LiveTarget> targets) {}

  /**
   * Takes a configuration over.
   *
   * @return what has been changed
   * @throws RefusedException with every problem; nothing has changed then
   */
  ReloadPlan apply(Settings wanted) throws RefusedException {
    List<ReloadPlan.Running> running =
        streams.all().stream()
            .map(
                stream ->
                    new ReloadPlan.Running(
                        stream.file(), stream.pace(), stream.targetSettings(), stream.isPaused()))
            .toList();
    ReloadPlan plan = ReloadPlan.of(running, started, wanted);
    List<LiveStream> made = new ArrayList<>();
    List<Joining> joining = new ArrayList<>();
    List<String> problems = prepare(plan, made, joining);
    if (!problems.isEmpty()) {
      made.forEach(Reloader::discard);
      joining.forEach(each -> ring(each).streams().close(each.targets));
      throw new RefusedException(problems);
    }
    carryOut(plan, made, joining);
    for (StreamSettings stream : wanted.streams()) {
      LiveStream live = streams.get(stream.name());
      if (live != null) { // it is there, unless the kernel refused its sockets
        live.file(stream);
        streams.show(live);
      }
    }
    return plan;
  }

  private List<String> prepare(ReloadPlan plan, List<LiveStream> made, List<Joining> joining) {
    TargetOpener opener = new TargetOpener(kernel, started.send());
    List<String> problems = new ArrayList<>();
    for (StreamSettings stream : plan.replaced()) {
      make(live(stream.name()).ring(), stream, opener, made, problems);
    }
    for (StreamSettings stream : plan.added()) {
      make(leastLoaded(), stream, opener, made, problems);
    }
    for (ReloadPlan.Change change : plan.changed()) {
      List<TargetSettings> more =
          ReloadPlan.without(change.wanted().targets(), change.running().targets());
      if (!more.isEmpty()) {
        try {
          joining.add(new Joining(change, join(live(change.wanted().name()), more, opener)));
        } catch (StartupException refused) {
          problems.add(String.valueOf(refused.getMessage()));
        }
      }
    }
    return problems;
  }

  private RingEngine leastLoaded() {
    return rings.stream()
        .min(Comparator.comparingDouble(ring -> ring.streams().load()))
        .orElseThrow();
  }

  private void make(
      RingEngine ring,
      StreamSettings settings,
      TargetOpener opener,
      List<LiveStream> made,
      List<String> problems) {
    String path = "millrace.streams." + settings.name();
    int datagramBytes = settings.source().datagramBytes();
    if (datagramBytes > ring.slotBytes()) {
      problems.add(
          "%s.source.datagram-size: %d does not fit into the running buffers.slot-size of %d B; restart to change that"
              .formatted(path, datagramBytes, ring.slotBytes()));
      return;
    }
    String lack = ring.streams().lacksRoom(1, settings.targets().size());
    if (lack != null) {
      problems.add(path + ": " + lack);
      return;
    }
    try {
      made.add(ring.streams().make(settings, opener.openAll(settings, settings.targets())));
    } catch (StartupException refused) {
      problems.add(String.valueOf(refused.getMessage()));
    } catch (UncheckedIOException unreadable) {
      problems.add(path + ": the source can't be read: " + unreadable.getCause());
    }
  }

  /**
   * Makes targets that a stream is to get.
   *
   * @throws StartupException if one can't be made; none is then
   */
  List<LiveTarget> join(LiveStream stream, List<TargetSettings> more, TargetOpener opener)
      throws StartupException {
    String lack = stream.ring().streams().lacksRoom(0, more.size());
    if (lack != null) {
      throw new StartupException(ExitCode.FAILED, stream.name() + ": " + lack);
    }
    List<TargetSocket> opened = opener.openAll(stream.file(), more);
    return stream.ring().streams().makeTargets(stream, more, opened);
  }

  private void carryOut(ReloadPlan plan, List<LiveStream> made, List<Joining> joining) {
    for (String name : plan.removed()) {
      streams.remove(live(name), drainNs());
    }
    for (StreamSettings stream : plan.replaced()) {
      streams.remove(live(stream.name()), drainNs());
    }
    streams.sweep(REMOVAL_PATIENCE_NS);
    for (ReloadPlan.Change change : plan.changed()) {
      LiveStream live = live(change.wanted().name());
      if (change.ofPace()) {
        pace(live, change.wanted().pace());
      }
      if (change.ofTargets()) {
        List<LiveTarget> more =
            joining.stream()
                .filter(each -> each.change.equals(change))
                .findFirst()
                .map(Joining::targets)
                .orElse(List.of());
        retarget(live, change.wanted().targets(), more);
      }
      if (change.resumes()) {
        pause(live, false);
      }
    }
    made.forEach(this::start);
    streams.sweep(REMOVAL_PATIENCE_NS);
  }

  /** Gives a stream another pace; what is due next is due at once. */
  void pace(LiveStream stream, PaceSettings pace) {
    stream
        .ring()
        .carryOut(
            StreamChange.pace(
                stream.stream(),
                RingStreams.unit(pace),
                RingStreams.rate(pace),
                RingStreams.burst(pace).toNanos()));
    stream.pace(pace);
    streams.show(stream);
  }

  /** Pauses a stream, or lets it go on; false if the ring's command queue is full. */
  boolean pause(LiveStream stream, boolean paused) {
    int index = stream.stream().index();
    boolean accepted =
        paused ? stream.ring().proxy().pause(index) : stream.ring().proxy().resume(index);
    if (accepted) {
      stream.paused(paused);
      streams.show(stream);
    }
    return accepted;
  }

  /**
   * Gives a stream other targets, in place: those that stay miss nothing.
   *
   * @param wanted all of them
   * @param joining those of them that it doesn't have, made
   */
  void retarget(LiveStream stream, List<TargetSettings> wanted, List<LiveTarget> joining) {
    RingEngine ring = stream.ring();
    if (!add(ring, stream, joining)) {
      return;
    }
    List<LiveTarget> left = new ArrayList<>(stream.targets());
    left.addAll(joining);
    List<LiveTarget> targets = new ArrayList<>();
    for (TargetSettings settings : wanted) {
      LiveTarget found =
          left.stream()
              .filter(target -> target.settings().equals(settings))
              .findFirst()
              .orElseThrow();
      left.remove(found);
      targets.add(found);
    }
    ring.carryOut(
        StreamChange.retarget(
            stream.stream(),
            LiveStream.known(targets),
            LiveStream.known(joining),
            LiveStream.known(left),
            drainNs()));
    stream.targets(targets);
    streams.removeTargets(stream, left, drainNs());
  }

  private void start(LiveStream stream) {
    RingEngine ring = stream.ring();
    if (!add(ring, stream, stream.targets())) {
      ring.streams().close(stream);
      return;
    }
    ring.carryOut(StreamChange.start(stream.stream()));
    SourceThread reader = stream.reader();
    if (reader != null) {
      reader.start();
    }
    streams.add(stream);
  }

  /** Makes targets known to the ring; false, and they are closed, if the kernel refuses. */
  private static boolean add(RingEngine ring, LiveStream stream, List<LiveTarget> targets) {
    int error = ring.carryOut(StreamChange.addTargets(stream.stream(), LiveStream.known(targets)));
    if (error == 0) {
      return true;
    }
    LOG.error(
        "stream {}: its sockets can't be registered (errno {}): it stays as it was",
        stream.name(),
        error);
    ring.carryOut(StreamChange.dropTargets(stream.stream(), LiveStream.known(targets), 0));
    ring.streams().close(targets);
    return false;
  }

  private static void discard(LiveStream stream) {
    stream.ring().streams().close(stream.targets());
    stream.ring().streams().close(stream);
  }

  private RingEngine ring(Joining joining) {
    return live(joining.change.wanted().name()).ring();
  }

  private LiveStream live(String name) {
    LiveStream live = streams.get(name);
    if (live == null) {
      throw new IllegalStateException("no such stream: " + name);
    }
    return live;
  }

  private long drainNs() {
    return started.rings().drainTimeout().toNanos();
  }
}
