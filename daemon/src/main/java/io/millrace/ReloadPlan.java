package io.millrace;

import io.millrace.config.KernelPacing;
import io.millrace.config.PaceSettings;
import io.millrace.config.Rates;
import io.millrace.config.Settings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What has to change for a running daemon to be what a configuration says.
 *
 * @param added streams to start
 * @param removed names of streams to end
 * @param replaced streams to end and to start again, because they have another source, another pace
 *     by the kernel, or another number of rings
 * @param changed streams that go on where they are, at another pace or to other targets
 * @param restartNeeded keys whose change waits for a restart
 */
record ReloadPlan(
    List<StreamSettings> added,
    List<String> removed,
    List<StreamSettings> replaced,
    List<Change> changed,
    List<String> restartNeeded) {

  /**
   * How a stream runs.
   *
   * @param file what the file said of it
   * @param pace which may be another one, since live control changed it; so may the targets
   */
  record Running(
      StreamSettings file, PaceSettings pace, List<TargetSettings> targets, boolean paused) {}

  /**
   * A change of a stream in its place.
   *
   * @param wanted how it is to run
   * @param running how it runs
   */
  record Change(StreamSettings wanted, Running running) {
    boolean ofPace() {
      return !wanted.pace().equals(running.pace());
    }

    boolean ofTargets() {
      return !wanted.targets().equals(running.targets());
    }

    /** A pause is undone, as the file knows none. */
    boolean resumes() {
      return running.paused();
    }

    boolean isAny() {
      return ofPace() || ofTargets() || resumes();
    }

    /** "news: pace 50 Mbit/s (was 1000/s), 2 targets added". */
    @Override
    public String toString() {
      List<String> parts = new ArrayList<>();
      if (ofPace()) {
        parts.add(
            "pace %s (was %s)"
                .formatted(Rates.format(wanted.pace()), Rates.format(running.pace())));
      }
      if (ofTargets()) {
        parts.add(targets(wanted.targets(), running.targets()));
      }
      if (resumes()) {
        parts.add("resumed");
      }
      return wanted.name() + ": " + String.join(", ", parts);
    }

    private static String targets(List<TargetSettings> wanted, List<TargetSettings> running) {
      int added = TargetMatch.without(wanted, running).size();
      int removed = TargetMatch.without(running, wanted).size();
      if (added + removed > 0) {
        return "%d targets added, %d removed".formatted(added, removed);
      }
      return Set.copyOf(wanted).equals(Set.copyOf(running))
          ? "targets in another order"
          : "names used in another way";
    }
  }

  /** The plan that leads from what runs to what is wanted. */
  static ReloadPlan of(List<Running> running, Settings now, Settings wanted) {
    Map<String, Running> left = new TreeMap<>();
    running.forEach(stream -> left.put(stream.file().name(), stream));
    List<StreamSettings> added = new ArrayList<>();
    List<StreamSettings> replaced = new ArrayList<>();
    List<Change> changed = new ArrayList<>();
    for (StreamSettings stream : wanted.streams()) {
      Running known = left.remove(stream.name());
      if (known == null) {
        added.add(stream);
      } else if (!known.file().source().equals(stream.source())
          || known.file().rings() != stream.rings()
          || isOfKernelPace(known.pace(), stream.pace())) {
        replaced.add(stream);
      } else {
        Change change = new Change(stream, known);
        if (change.isAny()) {
          changed.add(change);
        }
      }
    }
    return new ReloadPlan(
        added, List.copyOf(left.keySet()), replaced, changed, RestartKeys.changed(now, wanted));
  }

  /**
   * Whether the change of a pace needs other sockets: the kernel doesn't let the rate of one be
   * raised (SO_MAX_PACING_RATE), and who spaces the datagrams is an option of theirs.
   */
  private static boolean isOfKernelPace(PaceSettings running, PaceSettings wanted) {
    return !wanted.equals(running)
        && (wanted.kernel() == KernelPacing.FQ || wanted.kernel() != running.kernel());
  }

  /** Whether nothing has to be done. */
  boolean isEmpty() {
    return added.isEmpty() && removed.isEmpty() && replaced.isEmpty() && changed.isEmpty();
  }

  /** The plan by its parts, for whoever asked for it; parts that are empty too. */
  Map<String, List<String>> details() {
    Map<String, List<String>> details = new TreeMap<>();
    details.put("added", added.stream().map(StreamSettings::name).toList());
    details.put("removed", removed);
    details.put("replaced", replaced.stream().map(StreamSettings::name).toList());
    details.put("changed", changed.stream().map(Change::toString).toList());
    details.put("restart_needed", restartNeeded);
    return details;
  }

  /** "1 added, 2 removed, 0 replaced, 1 changed in place". */
  @Override
  public String toString() {
    return "%d streams added, %d removed, %d replaced, %d changed in place"
        .formatted(added.size(), removed.size(), replaced.size(), changed.size());
  }
}
