package io.millrace;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The load of each ring, and where the next stream goes: to the ring that has least. Owned by one
 * thread.
 */
final class RingLoads {
  private final double[] loads;

  /** Rings without a stream, at least one. */
  RingLoads(int rings) {
    loads = new double[rings];
  }

  /**
   * What a stream asks for.
   *
   * @param load of each of its parts, in {@link StreamLoad}'s unit
   * @param parts each for a ring of its own, at least one; what no ring is left for isn't placed
   */
  record Demand(double load, int parts) {}

  /**
   * Places streams that are all known, the heaviest first: where each has one part, no ring then
   * gets more than 4/3 of what the best placement would give it (Graham 1969), and every ring gets
   * a stream while there are enough.
   *
   * @return the rings of each stream, a ring for each part
   */
  List<int[]> placeAll(List<Demand> streams) {
    int[][] rings = new int[streams.size()][];
    // A stable sort: streams of one load go round the rings in their order.
    IntStream.range(0, streams.size())
        .boxed()
        .sorted((a, b) -> Double.compare(streams.get(b).load(), streams.get(a).load()))
        .forEach(stream -> rings[stream] = place(streams.get(stream)));
    return List.of(rings);
  }

  /** Places a stream: adds its parts' load to the rings with the least, the first of equals. */
  int[] place(Demand stream) {
    int[] chosen =
        IntStream.range(0, loads.length)
            .boxed()
            .sorted((a, b) -> Double.compare(loads[a], loads[b]))
            .limit(stream.parts())
            .mapToInt(Integer::intValue)
            .toArray();
    for (int ring : chosen) {
      loads[ring] += stream.load();
    }
    return chosen;
  }

  @Override
  public String toString() {
    return Arrays.toString(loads);
  }
}
