package io.millrace;

import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.RemovedTotals;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The streams of all rings by their names, and what observers see of them. Owned by one control
 * thread; {@link #views} and {@link #removed} are for any.
 */
final class LiveStreams {
  private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(50);

  private final Map<String, LiveStream> byName = new TreeMap<>();
  private final CopyOnWriteArrayList<StreamView> views = new CopyOnWriteArrayList<>();
  private final RemovedTotals removed = new RemovedTotals();
  private final List<Removal> removals = new ArrayList<>();

  @Nullable LiveStream get(String name) {
    return byName.get(name);
  }

  /** In the order of their names. */
  Collection<LiveStream> all() {
    return byName.values();
  }

  /** A list that changes with the streams. */
  List<StreamView> views() {
    return views;
  }

  RemovedTotals removed() {
    return removed;
  }

  void add(LiveStream stream) {
    stream.destinations().forEach(each -> each.takesPart(each.targets()));
    byName.put(stream.name(), stream);
    views.add(stream.view());
  }

  /** Something of a stream has changed. */
  void show(LiveStream stream) {
    views.replaceAll(view -> view.name().equals(stream.name()) ? stream.view() : view);
  }

  /** Begins to remove a stream; its name is free at once. */
  void remove(LiveStream stream, long drainNs) {
    byName.remove(stream.name());
    removed.removing(stream.view());
    stream.parts().forEach(part -> begin(Removal.of(part, drainNs)));
    views.removeIf(view -> view.name().equals(stream.name()));
  }

  /** Begins to remove what one ring does for a stream that goes on on others. */
  void removePart(LiveStream stream, LivePart part, long drainNs) {
    removed.removing(stream.view(part.destinations()));
    begin(Removal.of(part, drainNs));
    stream.remove(part);
  }

  /** Begins to remove targets of one ring that their stream has no longer. */
  void removeTargets(LiveStream stream, LivePart part, List<Destination> targets, long drainNs) {
    if (!targets.isEmpty()) {
      removed.removing(stream.view(targets));
      removeAddresses(part, LivePart.targets(targets), drainNs);
    }
  }

  /** Begins to remove addresses of targets that stay; what they did stays in the targets' books. */
  void removeAddresses(LivePart part, List<LiveTarget> addresses, long drainNs) {
    addresses.forEach(address -> address.of().leaving(address));
    begin(Removal.of(part, addresses, drainNs));
  }

  private void begin(Removal removal) {
    removals.add(removal);
    removal.advance();
  }

  /** Goes on with what is on its way out; returns whether nothing is. */
  boolean sweep() {
    removals.removeIf(Removal::advance);
    removed.settle();
    return removals.isEmpty();
  }

  /** The same until nothing is, or the time has passed. */
  void sweep(long patienceNs) {
    long deadlineNs = System.nanoTime() + patienceNs;
    while (!sweep() && System.nanoTime() - deadlineNs < 0) {
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
