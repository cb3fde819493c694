package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.StreamCounters;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class StreamTest {
  private static final long NOW_NS = 1_000_000_007;

  private static long beginNs(int index, Pacer pacer) {
    SlotReferences references = new SlotReferences(new BufferPool(1));
    Stream stream =
        new Stream(
            index,
            "stream-" + index,
            new PreloadedSource(references, new int[0], new int[0], 1400, false),
            pacer,
            new Target[0],
            new StreamCounters());
    stream.begin(NOW_NS);
    return pacer.dueNs(NOW_NS);
  }

  @Test
  void streamsOfOnePaceBeginSpreadOverTheirInterval() {
    long intervalNs = 1_000_000;
    int streams = 100;
    long[] begins = new long[streams];
    for (int index = 0; index < streams; index++) {
      begins[index] = beginNs(index, Pacer.of(Pacer.Unit.DATAGRAMS, 1000, 0)) - NOW_NS;
    }
    assertThat(begins[0]).isZero();
    Arrays.sort(begins);
    assertThat(begins[streams - 1]).isBetween(intervalNs * 9 / 10, intervalNs - 1);
    for (int index = 1; index < streams; index++) {
      // Even spacing is a hundredth; by the golden ratio no gap is less than a third of that.
      assertThat(begins[index] - begins[index - 1])
          .isBetween(intervalNs / streams / 3, intervalNs / streams * 3);
    }
  }

  @Test
  void slowStreamsBeginSoonAndThoseWithoutAPaceAtOnce() {
    for (int index = 0; index < 100; index++) {
      assertThat(beginNs(index, Pacer.of(Pacer.Unit.DATAGRAMS, 0.01, 0)) - NOW_NS)
          .isBetween(0L, 10_000_000L);
      assertThat(beginNs(index, Pacer.of(Pacer.Unit.UNLIMITED, 0, 0))).isEqualTo(NOW_NS);
    }
  }
}
