package io.millrace;

import io.millrace.config.PaceSettings;
import io.millrace.config.Rates;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.counters.LatenessHistogram;
import io.millrace.metrics.EngineView.StreamView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;

/**
 * One stream as the control thread sees it: what the file says of it, how it runs, which may
 * differ, and its part on each ring that serves some of its targets. Owned by one control thread.
 */
final class LiveStream {
  private final List<LivePart> parts;
  private final String sourceText;
  private final OptionalLong datagrams;

  /** Of all parts that there ever were: what they have counted stays counted. */
  private final List<LatenessHistogram> lateness;

  private StreamSettings file;
  private PaceSettings pace;
  private List<Destination> destinations;
  private boolean paused;

  /**
   * A stream that runs as its settings say.
   *
   * @param parts at least one, each on a ring of its own
   */
  LiveStream(StreamSettings settings, List<LivePart> parts) {
    this.parts = new ArrayList<>(parts);
    sourceText = settings.source().describe();
    datagrams = SourceMaker.datagrams(settings.source());
    lateness = parts.stream().map(part -> part.counters().lateness()).toList();
    file = settings;
    pace = settings.pace();
    destinations = inOrder(settings, parts);
  }

  /** The targets of all parts in the order of the file. */
  private static List<Destination> inOrder(StreamSettings settings, List<LivePart> parts) {
    Map<String, Integer> places = new HashMap<>();
    for (String label : OpenTarget.labels(settings.targets(), List.of())) {
      places.put(label, places.size());
    }
    ToIntFunction<Destination> place = target -> places.getOrDefault(target.label(), 0);
    return parts.stream()
        .flatMap(part -> part.destinations().stream())
        .sorted((a, b) -> Integer.compare(place.applyAsInt(a), place.applyAsInt(b)))
        .toList();
  }

  String name() {
    return file.name();
  }

  /** One for each ring that serves some of its targets. */
  List<LivePart> parts() {
    return List.copyOf(parts);
  }

  /** The part has no target any more, others have. */
  void remove(LivePart part) {
    parts.remove(part);
  }

  /** What the file says. */
  StreamSettings file() {
    return file;
  }

  /** The file says something else now, which this stream can be without being replaced. */
  void file(StreamSettings settings) {
    file = settings;
    parts.forEach(part -> part.file(settings));
  }

  PaceSettings pace() {
    return pace;
  }

  void pace(PaceSettings now) {
    pace = now;
  }

  boolean isPaused() {
    return paused;
  }

  void paused(boolean now) {
    paused = now;
  }

  /** Its targets as configured, of all parts in this order; those too that wait for their names. */
  List<Destination> destinations() {
    return destinations;
  }

  void destinations(List<Destination> now) {
    destinations = List.copyOf(now);
  }

  List<TargetSettings> targetSettings() {
    return destinations.stream().map(Destination::settings).toList();
  }

  List<String> targetLabels() {
    return destinations.stream().map(Destination::label).toList();
  }

  /** How it runs differently from what the file says, a text each. */
  List<String> changes() {
    List<String> changes = new ArrayList<>();
    if (!Objects.equals(pace, file.pace())) { // which looks for the same object first (adr/0002)
      changes.add("rate %s (file: %s)".formatted(Rates.format(pace), Rates.format(file.pace())));
    }
    if (paused) {
      changes.add("paused (file: running)");
    }
    List<TargetSettings> running = targetSettings();
    for (TargetSettings target : TargetMatch.without(file.targets(), running)) {
      changes.add("target " + target.label() + " removed");
    }
    for (TargetSettings target : TargetMatch.without(running, file.targets())) {
      changes.add("target " + target.label() + " added");
    }
    return changes;
  }

  /** As observers have it. */
  StreamView view() {
    return view(destinations);
  }

  /** The same with these targets alone. */
  StreamView view(List<Destination> some) {
    return new StreamView(
        name(),
        parts.stream().map(LivePart::view).toList(),
        sourceText,
        datagrams,
        some.stream().map(Destination::view).toList(),
        Rates.format(pace),
        changes(),
        lateness);
  }
}
