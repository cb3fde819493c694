package io.millrace;

import io.millrace.config.NameSettings;
import io.millrace.config.PaceSettings;
import io.millrace.config.Settings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.names.Names;
import io.millrace.sender.StreamChange;
import io.millrace.shim.Kernel;
import io.millrace.stream.SourceThread;
import io.millrace.stream.Target;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

  private final Names names;
  private NameSettings nameSettings;
  private @Nullable AdminEnd admin;

  Reloader(
      Kernel kernel, List<RingEngine> rings, LiveStreams streams, Names names, Settings started) {
    this.kernel = kernel;
    this.rings = List.copyOf(rings);
    this.streams = streams;
    this.names = names;
    this.started = started;
    nameSettings = started.names();
  }

  /** The server whose certificate is read again with each reload; before the first of them. */
  void admin(@Nullable AdminEnd server) {
    admin = server;
  }

  /** How names are used by targets that say nothing of it. */
  NameSettings nameSettings() {
    return nameSettings;
  }

  /** Opens targets where their names, as far as they are known, lead to. */
  TargetOpener opener() {
    return opener(nameSettings);
  }

  private TargetOpener opener(NameSettings settings) {
    return new TargetOpener(kernel, started.send(), names::answer, settings.unresolvable());
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

  /** New targets for a stream that stays, of all its rings. */
  private record Joining(ReloadPlan.Change change, List<Destination> targets) {}

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
    List<String> problems = prepare(plan, opener(wanted.names()), made, joining);
    Runnable certificate = admin == null ? () -> {} : admin.reread(wanted.admin(), problems);
    if (!problems.isEmpty()) {
      made.forEach(Reloader::discard);
      joining.forEach(each -> close(LivePart.targets(each.targets)));
      throw new RefusedException(problems);
    }
    nameSettings = wanted.names();
    names.settings(nameSettings);
    carryOut(plan, made, joining);
    certificate.run();
    for (StreamSettings stream : wanted.streams()) {
      LiveStream live = streams.get(stream.name());
      if (live != null) { // it is there, unless the kernel refused its sockets
        live.file(stream);
        streams.show(live);
      }
    }
    return plan;
  }

  private List<String> prepare(
      ReloadPlan plan, TargetOpener opener, List<LiveStream> made, List<Joining> joining) {
    List<String> problems = new ArrayList<>();
    for (StreamSettings stream : plan.replaced()) {
      make(rings(stream, live(stream.name()).parts()), stream, opener, made, problems);
    }
    for (StreamSettings stream : plan.added()) {
      make(rings(stream, List.of()), stream, opener, made, problems);
    }
    for (ReloadPlan.Change change : plan.changed()) {
      try {
        LiveStream live = live(change.wanted().name());
        String wrong = whatIsWrongWith(change.wanted().pace(), live);
        if (wrong != null) {
          problems.add(wrong);
        }
        List<Destination> more = join(live, change.wanted().targets(), opener);
        if (!more.isEmpty()) {
          joining.add(new Joining(change, more));
        }
      } catch (StartupException refused) {
        problems.add(String.valueOf(refused.getMessage()));
      }
    }
    return problems;
  }

  /** The rings for a stream: those that it was on, then those with the least load. */
  private List<RingEngine> rings(StreamSettings stream, List<LivePart> before) {
    List<RingEngine> had = before.stream().map(LivePart::ring).toList();
    return rings.stream()
        .sorted(
            Comparator.comparing((RingEngine ring) -> !had.contains(ring))
                .thenComparingDouble(ring -> ring.streams().load()))
        .limit(stream.rings())
        .toList();
  }

  private void make(
      List<RingEngine> on,
      StreamSettings settings,
      TargetOpener opener,
      List<LiveStream> made,
      List<String> problems) {
    String path = "millrace.streams." + settings.name();
    int datagramBytes = settings.source().datagramBytes();
    if (datagramBytes > on.getFirst().slotBytes()) {
      problems.add(
          "%s.source.datagram-size: %d does not fit into the running buffers.slot-size of %d B; restart to change that"
              .formatted(path, datagramBytes, on.getFirst().slotBytes()));
      return;
    }
    try {
      List<OpenTarget> opened = opener.openAll(settings, settings.targets(), List.of());
      List<List<OpenTarget>> divided = OpenTarget.divided(opened, on.size());
      for (int part = 0; part < on.size(); part++) {
        String lack = on.get(part).streams().lacksRoom(1, OpenTarget.sockets(divided.get(part)));
        if (lack != null) {
          TargetOpener.closeAll(opened);
          problems.add(path + ": " + lack);
          return;
        }
      }
      made.add(make(on, settings, opened));
    } catch (StartupException refused) {
      problems.add(String.valueOf(refused.getMessage()));
    } catch (UncheckedIOException unreadable) {
      problems.add(path + ": the source can't be read: " + unreadable.getCause());
    }
  }

  /** Makes each ring's part, or none and closes the sockets. */
  private static LiveStream make(
      List<RingEngine> on, StreamSettings settings, List<OpenTarget> opened) {
    List<List<OpenTarget>> divided = OpenTarget.divided(opened, on.size());
    List<LivePart> parts = new ArrayList<>();
    int begun = 0;
    try {
      for (RingEngine ring : on) {
        parts.add(ring.streams().make(settings, divided.get(begun++)));
      }
      return new LiveStream(settings, parts);
    } catch (UncheckedIOException unreadable) {
      parts.forEach(Reloader::discard);
      divided.subList(begun, divided.size()).forEach(TargetOpener::closeAll);
      throw unreadable;
    }
  }

  /**
   * Makes the targets that a stream is to get. Each goes to the ring that serves the fewest of its
   * targets then.
   *
   * @param wanted all targets that it is to have
   * @throws StartupException if one can't be made; none is then
   */
  List<Destination> join(LiveStream stream, List<TargetSettings> wanted, TargetOpener opener)
      throws StartupException {
    TargetMatch match = TargetMatch.of(stream.destinations(), wanted);
    List<LivePart> parts = stream.parts();
    List<List<OpenTarget>> shares = new ArrayList<>();
    int[] targets = new int[parts.size()];
    for (int part = 0; part < targets.length; part++) {
      shares.add(new ArrayList<>());
      targets[part] = TargetMatch.on(parts.get(part).ring(), match.matched()).size();
    }
    int[] places = new int[match.missing().size()];
    for (int target = 0; target < places.length; target++) {
      places[target] = fewest(targets);
      targets[places[target]]++;
    }
    List<OpenTarget> opened = opener.openAll(stream.file(), match.missing(), stream.targetLabels());
    for (int target = 0; target < places.length; target++) {
      shares.get(places[target]).add(opened.get(target));
    }
    for (int part = 0; part < shares.size(); part++) {
      int more = OpenTarget.sockets(shares.get(part));
      String lack = parts.get(part).ring().streams().lacksRoom(0, more);
      if (lack != null && more > 0) {
        TargetOpener.closeAll(opened);
        throw new StartupException(ExitCode.FAILED, stream.name() + ": " + lack);
      }
    }
    List<Destination> made = new ArrayList<>();
    for (int part = 0; part < shares.size(); part++) {
      LivePart of = parts.get(part);
      made.addAll(of.ring().streams().makeDestinations(of, shares.get(part)));
    }
    return made;
  }

  private static int fewest(int[] counts) {
    int fewest = 0;
    for (int index = 1; index < counts.length; index++) {
      if (counts[index] < counts[fewest]) {
        fewest = index;
      }
    }
    return fewest;
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
        List<Destination> more =
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

  /** Why a stream can't have a pace, or null. */
  static @Nullable String whatIsWrongWith(PaceSettings pace, LiveStream stream) {
    return pace instanceof PaceSettings.SourceTiming
            && stream.parts().getFirst().stream().source().timetable() == null
        ? stream.name() + ": its source doesn't say when its datagrams are due; give it a rate"
        : null;
  }

  /** Gives a stream another pace; what is due next is due at once. */
  void pace(LiveStream stream, PaceSettings pace) {
    for (LivePart part : stream.parts()) {
      int datagramBytes = part.stream().datagramBytes();
      part.ring()
          .carryOut(
              StreamChange.pace(
                  part.stream(),
                  RingStreams.unit(pace),
                  pace.rate(),
                  KernelPace.burstNs(pace, datagramBytes),
                  KernelPace.aheadNs(pace, datagramBytes),
                  KernelPace.leadNs(pace, datagramBytes)));
    }
    stream.pace(pace);
    streams.show(stream);
  }

  /** Pauses a stream, or lets it go on; false if a ring's command queue is full. */
  boolean pause(LiveStream stream, boolean paused) {
    List<LivePart> done = new ArrayList<>();
    for (LivePart part : stream.parts()) {
      if (!pause(part, paused)) {
        // Back, if that is possible: no ring is to go on without the others.
        done.forEach(other -> pause(other, !paused));
        return false;
      }
      done.add(part);
    }
    stream.paused(paused);
    streams.show(stream);
    return true;
  }

  private static boolean pause(LivePart part, boolean paused) {
    int index = part.stream().index();
    return paused ? part.ring().proxy().pause(index) : part.ring().proxy().resume(index);
  }

  /**
   * Gives a stream other targets, in place: those that stay miss nothing. A ring that has none of
   * them left has no more to do with the stream, and doesn't get to again.
   *
   * @param wanted all of them
   * @param joining those of them that it doesn't have, made
   */
  void retarget(LiveStream stream, List<TargetSettings> wanted, List<Destination> joining) {
    if (!add(stream.parts(), LivePart.targets(joining))) {
      return;
    }
    List<Destination> have = new ArrayList<>(stream.destinations());
    have.addAll(joining);
    TargetMatch match = TargetMatch.of(have, wanted);
    assert match.missing().isEmpty() : "targets weren't made: " + match.missing();
    for (int target = 0; target < wanted.size(); target++) {
      match.matched().get(target).settings(wanted.get(target));
    }
    for (LivePart part : stream.parts()) {
      List<Destination> targets = TargetMatch.on(part.ring(), match.matched());
      List<Destination> left = TargetMatch.on(part.ring(), match.left());
      if (targets.isEmpty()) {
        streams.removePart(stream, part, drainNs());
      } else if (!targets.equals(part.destinations())) {
        List<Destination> more = TargetMatch.on(part.ring(), joining);
        change(part, LivePart.targets(targets), LivePart.targets(more), LivePart.targets(left));
        more.forEach(each -> each.takesPart(each.targets()));
        part.destinations(targets);
        streams.removeTargets(stream, part, left, drainNs());
      }
    }
    stream.destinations(match.matched());
    streams.show(stream);
  }

  /**
   * Gives targets of a stream other addresses, between two datagrams: each goes either to the old
   * ones or to the new ones.
   *
   * @param part the ring's that serves them
   * @param sockets of each such target all that it is to have; those that it doesn't have are made
   * @return false if the kernel refuses: all is as it was, and what was made is closed
   */
  boolean readdress(LiveStream stream, LivePart part, Map<Destination, List<LiveTarget>> sockets) {
    Set<LiveTarget> before = new HashSet<>(part.targets());
    Set<LiveTarget> after = new LinkedHashSet<>();
    for (Destination destination : part.destinations()) {
      after.addAll(sockets.getOrDefault(destination, destination.targets()));
    }
    List<LiveTarget> joining = after.stream().filter(each -> !before.contains(each)).toList();
    List<LiveTarget> leaving = before.stream().filter(each -> !after.contains(each)).toList();
    if (!add(List.of(part), joining)) {
      return false;
    }
    change(part, List.copyOf(after), joining, leaving);
    sockets.forEach(Destination::takesPart);
    streams.removeAddresses(part, leaving, drainNs());
    streams.show(stream);
    return true;
  }

  private void change(
      LivePart part, List<LiveTarget> targets, List<LiveTarget> joining, List<LiveTarget> leaving) {
    part.ring()
        .carryOut(
            StreamChange.retarget(
                part.stream(),
                LivePart.known(targets),
                LivePart.known(joining),
                LivePart.known(leaving),
                drainNs()));
  }

  private void start(LiveStream stream) {
    if (!add(stream.parts(), LivePart.targets(stream.destinations()))) {
      stream.parts().forEach(part -> part.ring().streams().close(part));
      return;
    }
    for (LivePart part : stream.parts()) {
      int error = part.ring().carryOut(StreamChange.start(part.stream()));
      if (error != 0) {
        LOG.error("stream {} ends: its ring can't receive for it (errno {})", stream.name(), error);
      }
      SourceThread reader = part.reader();
      if (reader != null) {
        reader.start();
      }
    }
    streams.add(stream);
  }

  /** Makes targets known to their rings; false, and all are closed, if the kernel refuses. */
  private static boolean add(List<LivePart> parts, List<LiveTarget> targets) {
    for (LivePart part : parts) {
      List<LiveTarget> own = on(part.ring(), targets);
      int error = part.ring().carryOut(StreamChange.addTargets(part.stream(), LivePart.known(own)));
      if (error != 0) {
        LOG.error(
            "stream {}: its sockets can't be registered (errno {}): it stays as it was",
            part.stream().name(),
            error);
        for (LivePart each : parts) {
          Target[] known = LivePart.known(on(each.ring(), targets));
          each.ring().carryOut(StreamChange.dropTargets(each.stream(), known, 0));
        }
        close(targets);
        return false;
      }
    }
    return true;
  }

  private static List<LiveTarget> on(RingEngine ring, List<LiveTarget> targets) {
    return targets.stream().filter(target -> target.of().ring() == ring).toList();
  }

  private static void discard(LiveStream stream) {
    stream.parts().forEach(Reloader::discard);
  }

  private static void discard(LivePart part) {
    part.ring().streams().close(part.targets());
    part.ring().streams().close(part);
  }

  private static void close(List<LiveTarget> targets) {
    targets.forEach(target -> target.of().ring().streams().close(List.of(target)));
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
