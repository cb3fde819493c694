package io.millrace;

import io.millrace.config.StreamSettings;
import io.millrace.stream.TrainLimits;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which ring serves which targets of which stream, at the start. Pure functions, and a warning. */
public final class StreamPlacement {
  private static final Logger LOG = LoggerFactory.getLogger(StreamPlacement.class);

  private StreamPlacement() {}

  /**
   * Rings that streams would have if each part had one of its own; one where there is no stream: a
   * reload may bring some.
   */
  public static int mostRings(List<StreamSettings> streams) {
    return Math.max(1, streams.stream().mapToInt(StreamSettings::rings).sum());
  }

  /**
   * What a stream asks for, given so many rings.
   *
   * @param slotBytes what a train must fit into
   */
  static RingLoads.Demand demand(
      StreamSettings stream, int rings, TrainLimits trains, int slotBytes) {
    int parts = Math.min(stream.rings(), rings);
    if (parts < stream.rings()) {
      LOG.warn(
          "stream {}: its targets are divided over {} rings instead of {}: there are no more"
              + " (rings.cpus)",
          stream.name(),
          parts,
          stream.rings());
    }
    int targets = Math.ceilDiv(stream.targets().size(), parts);
    return new RingLoads.Demand(StreamLoad.of(stream, targets, trains, slotBytes), parts);
  }

  /**
   * What each ring gets.
   *
   * @param opened the targets of each stream
   * @param rings at most as many as there are parts
   */
  static List<List<RingEngine.Share>> of(
      List<StreamSettings> streams,
      List<List<OpenTarget>> opened,
      int rings,
      TrainLimits trains,
      int slotBytes) {
    List<List<RingEngine.Share>> shares = new ArrayList<>();
    for (int ring = 0; ring < rings; ring++) {
      shares.add(new ArrayList<>());
    }
    List<int[]> places =
        new RingLoads(rings)
            .placeAll(
                streams.stream().map(stream -> demand(stream, rings, trains, slotBytes)).toList());
    for (int stream = 0; stream < streams.size(); stream++) {
      int[] ringsOfStream = places.get(stream);
      List<List<OpenTarget>> divided = OpenTarget.divided(opened.get(stream), ringsOfStream.length);
      for (int part = 0; part < ringsOfStream.length; part++) {
        shares
            .get(ringsOfStream[part])
            .add(new RingEngine.Share(streams.get(stream), divided.get(part)));
      }
    }
    return shares;
  }
}
