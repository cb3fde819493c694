package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.StreamCounters;
import io.millrace.stream.Pacer;
import io.millrace.stream.PreloadedSource;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DueHeapTest {
  private static Stream stream(int index) {
    SlotReferences references = new SlotReferences(new BufferPool(1));
    return new Stream(
        index,
        "stream-" + index,
        new PreloadedSource(references, new int[0], new int[0], 1, false),
        Pacer.of(Pacer.Unit.UNLIMITED, 0, 0),
        new Target[0],
        new StreamCounters());
  }

  @Test
  void theEarliestComesFirst() {
    DueHeap heap = new DueHeap(3);
    Stream early = stream(0);
    Stream middle = stream(1);
    Stream late = stream(2);
    heap.schedule(late, 30);
    heap.schedule(early, 10);
    heap.schedule(middle, 20);
    assertThat(heap.first()).isSameAs(early);
    heap.schedule(early, 40);
    assertThat(heap.first()).isSameAs(middle);
    heap.remove(middle);
    assertThat(heap.first()).isSameAs(late);
    heap.remove(middle);
    heap.remove(late);
    assertThat(heap.first()).isSameAs(early);
    heap.remove(early);
    assertThat(heap.isEmpty()).isTrue();
  }

  @Test
  void anEmptyHeapHasNoFirst() {
    assertThatThrownBy(() -> new DueHeap(1).first()).isInstanceOf(AssertionError.class);
  }

  /** Against a plain list; the clock stands at the given time, and wraps for the last two. */
  @ParameterizedTest
  @ValueSource(longs = {0, -50, Long.MAX_VALUE - 50, Long.MIN_VALUE + 20})
  void randomOperationsAgreeWithASearchedList(long clock) {
    long seed = System.nanoTime();
    System.out.println("randomOperationsAgreeWithASearchedList: seed " + seed);
    Random random = new Random(seed);
    int streams = 40;
    DueHeap heap = new DueHeap(streams);
    List<Stream> all = new ArrayList<>();
    for (int index = 0; index < streams; index++) {
      all.add(stream(index));
    }
    List<Stream> scheduled = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      Stream stream = all.get(random.nextInt(streams));
      if (random.nextInt(3) == 0) {
        heap.remove(stream);
        scheduled.remove(stream);
      } else {
        heap.schedule(stream, clock + random.nextInt(100));
        scheduled.remove(stream);
        scheduled.add(stream);
      }
      assertThat(heap.isEmpty()).isEqualTo(scheduled.isEmpty());
      if (!scheduled.isEmpty()) {
        long earliest = Long.MAX_VALUE;
        for (Stream candidate : scheduled) {
          earliest = Math.min(earliest, candidate.nextNs - clock);
        }
        Stream first = heap.first();
        assertThat(first.nextNs - clock).as("seed %d, step %d", seed, step).isEqualTo(earliest);
        assertThat(scheduled).contains(first);
      }
    }
    // Emptied from the top, they come in order.
    long last = Long.MIN_VALUE;
    while (!heap.isEmpty()) {
      Stream first = heap.first();
      assertThat(first.nextNs - clock).isGreaterThanOrEqualTo(last);
      last = first.nextNs - clock;
      heap.remove(first);
      assertThat(scheduled.remove(first)).isTrue();
    }
    assertThat(scheduled).isEmpty();
  }
}
