package io.millrace;

import io.millrace.config.StreamSettings;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.UdpCounters;
import io.millrace.metrics.EngineView.PartView;
import io.millrace.metrics.EngineView.SourceView;
import io.millrace.stream.SourceThread;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.stream.UdpSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one ring does for a stream: it reads the source for itself and serves some of the targets,
 * usually all. Owned by one control thread.
 */
final class LivePart {
  private final RingEngine ring;
  private final Stream stream;
  private final @Nullable SourceThread reader;
  private StreamSettings file;
  private List<Destination> destinations;

  /**
   * A part that runs as the stream's settings say.
   *
   * @param reader what fills its slots, not started; null for a source without a thread
   * @param settings of the whole stream
   */
  LivePart(
      RingEngine ring,
      Stream stream,
      @Nullable SourceThread reader,
      StreamSettings settings,
      List<Destination> destinations) {
    this.ring = ring;
    this.stream = stream;
    this.reader = reader;
    this.file = settings;
    this.destinations = List.copyOf(destinations);
  }

  RingEngine ring() {
    return ring;
  }

  /** As its ring has it. */
  Stream stream() {
    return stream;
  }

  @Nullable SourceThread reader() {
    return reader;
  }

  StreamCounters counters() {
    return stream.counters();
  }

  /** What the file says of the whole stream. */
  StreamSettings file() {
    return file;
  }

  void file(StreamSettings settings) {
    file = settings;
  }

  /** The targets as configured that this ring serves; those too that wait for their names. */
  List<Destination> destinations() {
    return destinations;
  }

  void destinations(List<Destination> now) {
    destinations = List.copyOf(now);
  }

  /** What its ring sends to. */
  List<LiveTarget> targets() {
    return targets(destinations);
  }

  static List<LiveTarget> targets(List<Destination> of) {
    return of.stream().flatMap(destination -> destination.targets().stream()).toList();
  }

  static Target[] known(List<LiveTarget> targets) {
    return targets.stream().map(LiveTarget::target).toArray(Target[]::new);
  }

  /** As observers have it. */
  PartView view() {
    return new PartView(ring.index(), sourceView(), counters());
  }

  private @Nullable SourceView sourceView() {
    if (stream.source() instanceof UdpSource udp) {
      UdpCounters counted = udp.udpCounters();
      return new SourceView(udp.counters(), counted::queuedSlots, counted);
    }
    return reader == null ? null : new SourceView(reader.counters(), reader::queuedSlots);
  }
}
