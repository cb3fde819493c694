package io.millrace.sender;

import io.millrace.stream.Stream;

/**
 * Streams in the order in which they are to be looked at: a heap over {@link Stream#nextNs},
 * compared by difference because the clock may wrap. Every stream knows its place, so that it can
 * be moved and taken out. Owned by one SenderThread.
 *
 * <p>Four children to a parent, and the times side by side in an array of their own: with many
 * streams a heap costs what it misses in the cache, and this one looks at half as many levels, and
 * at no stream that it doesn't move.
 */
final class DueHeap {
  private static final int CHILDREN_SHIFT = 2;
  private static final int CHILDREN = 1 << CHILDREN_SHIFT;

  private final Stream[] heap;
  private final long[] times;
  private int size;

  DueHeap(int capacity) {
    heap = new Stream[capacity];
    times = new long[capacity];
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The stream that is due first; there must be one. */
  Stream first() {
    assert size > 0 : "no stream is scheduled";
    return heap[0];
  }

  /** Puts a stream in, or moves it if it is in. */
  void schedule(Stream stream, long nextNs) {
    stream.nextNs = nextNs;
    int index = stream.heapIndex;
    if (index == Stream.NOT_SCHEDULED) {
      siftUp(stream, nextNs, size++);
    } else if (nextNs - times[index] < 0) {
      siftUp(stream, nextNs, index);
    } else {
      siftDown(stream, nextNs, index);
    }
  }

  /** Takes a stream out, if it is in. */
  void remove(Stream stream) {
    int index = stream.heapIndex;
    if (index == Stream.NOT_SCHEDULED) {
      return;
    }
    stream.heapIndex = Stream.NOT_SCHEDULED;
    Stream last = heap[--size];
    if (last != stream) {
      long lastNs = times[size];
      if (lastNs - times[index] < 0) {
        siftUp(last, lastNs, index);
      } else {
        siftDown(last, lastNs, index);
      }
    }
  }

  /** Puts a stream at a place, or above it. */
  private void siftUp(Stream stream, long ns, int from) {
    int index = from;
    while (index > 0) {
      int parent = (index - 1) >>> CHILDREN_SHIFT;
      if (times[parent] - ns <= 0) {
        break;
      }
      place(heap[parent], times[parent], index);
      index = parent;
    }
    place(stream, ns, index);
  }

  /** Puts a stream at a place, or below it. */
  private void siftDown(Stream stream, long ns, int from) {
    long[] times = this.times;
    int index = from;
    while (true) {
      int firstChild = (index << CHILDREN_SHIFT) + 1;
      int end = Math.min(firstChild + CHILDREN, size);
      // Times as distances from this stream's: differences may wrap, the smaller of two may not.
      long earliestNs = 0;
      int earliest = -1;
      for (int child = firstChild; child < end; child++) {
        long distanceNs = times[child] - ns;
        earliest = distanceNs < earliestNs ? child : earliest;
        earliestNs = Math.min(earliestNs, distanceNs);
      }
      if (earliest < 0) {
        break;
      }
      place(heap[earliest], times[earliest], index);
      index = earliest;
    }
    place(stream, ns, index);
  }

  private void place(Stream stream, long ns, int index) {
    heap[index] = stream;
    times[index] = ns;
    stream.heapIndex = index;
  }
}
