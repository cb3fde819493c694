package io.millrace;

import java.util.Arrays;
import java.util.Comparator;
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
   * Places streams that are all known, the heaviest first: no ring then gets more than 4/3 of what
   * the best placement would give it (Graham 1969), and every ring gets a stream while there are
   * enough.
   *
   * @param streams the load of each, in {@link StreamLoad}'s unit
   * @return the ring of each
   */
  int[] placeAll(List<Double> streams) {
    int[] rings = new int[streams.size()];
    // A stable sort: streams of one load go round the rings in their order.
    IntStream.range(0, streams.size())
        .boxed()
        .sorted(Comparator.comparing(streams::get, Comparator.reverseOrder()))
        .forEach(stream -> rings[stream] = place(streams.get(stream)));
    return rings;
  }

  /** Places a stream: adds its load to the ring with the least, the first of equals. */
  int place(double load) {
    int least = 0;
    for (int ring = 1; ring < loads.length; ring++) {
      if (loads[ring] < loads[least]) {
        least = ring;
      }
    }
    loads[least] += load;
    return least;
  }

  @Override
  public String toString() {
    return Arrays.toString(loads);
  }
}
