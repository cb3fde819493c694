package io.millrace;

import io.millrace.config.PaceSettings;
import io.millrace.config.Rates;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.metrics.EngineView.SourceView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.stream.SourceThread;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One stream as the control thread sees it: what the file says of it, and how it runs, which may
 * differ. Owned by one control thread.
 */
final class LiveStream {
  private final RingEngine ring;
  private final Stream stream;
  private final @Nullable SourceThread reader;
  private final String sourceText;
  private final OptionalLong datagrams;
  private StreamSettings file;
  private PaceSettings pace;
  private List<LiveTarget> targets;
  private boolean paused;

  /**
   * A stream that runs as its settings say.
   *
   * @param reader what fills its slots, not started; null for a source without a thread
   * @param datagrams how many it has to send in all, if that is known
   */
  LiveStream(
      RingEngine ring,
      Stream stream,
      @Nullable SourceThread reader,
      String sourceText,
      OptionalLong datagrams,
      StreamSettings settings,
      List<LiveTarget> targets) {
    this.ring = ring;
    this.stream = stream;
    this.reader = reader;
    this.sourceText = sourceText;
    this.datagrams = datagrams;
    this.file = settings;
    this.pace = settings.pace();
    this.targets = List.copyOf(targets);
  }

  String name() {
    return file.name();
  }

  RingEngine ring() {
    return ring;
  }

  Stream stream() {
    return stream;
  }

  @Nullable SourceThread reader() {
    return reader;
  }

  /** What the file says. */
  StreamSettings file() {
    return file;
  }

  /** The file says something else now, which this stream can be without being replaced. */
  void file(StreamSettings settings) {
    file = settings;
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

  List<LiveTarget> targets() {
    return targets;
  }

  void targets(List<LiveTarget> now) {
    targets = List.copyOf(now);
  }

  List<TargetSettings> targetSettings() {
    return targets.stream().map(LiveTarget::settings).toList();
  }

  static Target[] known(List<LiveTarget> targets) {
    return targets.stream().map(LiveTarget::target).toArray(Target[]::new);
  }

  /** How it runs differently from what the file says, a text each. */
  List<String> changes() {
    List<String> changes = new ArrayList<>();
    if (!pace.equals(file.pace())) {
      changes.add("rate %s (file: %s)".formatted(Rates.format(pace), Rates.format(file.pace())));
    }
    if (paused) {
      changes.add("paused (file: running)");
    }
    List<TargetSettings> added = new ArrayList<>(targetSettings());
    for (TargetSettings target : file.targets()) {
      if (!added.remove(target)) {
        changes.add("target " + target.label() + " removed");
      }
    }
    added.forEach(target -> changes.add("target " + target.label() + " added"));
    return changes;
  }

  /** As observers have it. */
  StreamView view() {
    return view(targets);
  }

  /** The same with these targets alone. */
  StreamView view(List<LiveTarget> some) {
    return new StreamView(
        name(),
        ring.index(),
        sourceText,
        reader == null ? null : new SourceView(reader.counters(), reader::queuedSlots),
        stream.counters(),
        datagrams,
        some.stream().map(LiveTarget::view).toList(),
        Rates.format(pace),
        changes());
  }
}
