package io.millrace.sender;

import io.millrace.stream.Stream;

/**
 * Streams in the order in which they are to be looked at: a binary heap over {@link Stream#nextNs},
 * compared by difference because the clock may wrap. Every stream knows its place, so that it can
 * be moved and taken out. Owned by one SenderThread.
 */
final class DueHeap {
  private final Stream[] heap;
  private int size;

  DueHeap(int capacity) {
    heap = new Stream[capacity];
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
    boolean added = stream.heapIndex == Stream.NOT_SCHEDULED;
    stream.nextNs = nextNs;
    if (added) {
      place(stream, size++);
    }
    siftUp(stream);
    siftDown(stream);
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
      place(last, index);
      siftUp(last);
      siftDown(last);
    }
  }

  private void siftUp(Stream stream) {
    int index = stream.heapIndex;
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      if (heap[parent].nextNs - stream.nextNs <= 0) {
        break;
      }
      place(heap[parent], index);
      index = parent;
    }
    place(stream, index);
  }

  private void siftDown(Stream stream) {
    int index = stream.heapIndex;
    while (true) {
      int child = 2 * index + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1].nextNs - heap[child].nextNs < 0) {
        child++;
      }
      if (heap[child].nextNs - stream.nextNs >= 0) {
        break;
      }
      place(heap[child], index);
      index = child;
    }
    place(stream, index);
  }

  private void place(Stream stream, int index) {
    heap[index] = stream;
    stream.heapIndex = index;
  }
}
