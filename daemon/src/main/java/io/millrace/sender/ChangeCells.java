package io.millrace.sender;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where changes lie on their way to a sender thread: a command carries the number of a cell. Any
 * thread puts, the sender thread takes and frees.
 */
final class ChangeCells {
  /** Changes that may be on their way or under way at a time. */
  static final int COUNT = 64;

  /** For {@link #put}: every cell is taken. */
  static final int FULL = -1;

  private final AtomicReferenceArray<@Nullable StreamChange> cells =
      new AtomicReferenceArray<>(COUNT);

  /** Puts a change into a free cell, and returns its number; or {@link #FULL}. */
  int put(StreamChange change) {
    for (int cell = 0; cell < COUNT; cell++) {
      if (cells.compareAndSet(cell, null, change)) {
        return cell;
      }
    }
    return FULL;
  }

  /** The change in a cell, which stays taken until it is freed. */
  StreamChange get(int cell) {
    StreamChange change = cells.get(cell);
    assert change != null : "cell " + cell + " is empty";
    change.cell = cell;
    return change;
  }

  void free(int cell) {
    cells.set(cell, null);
  }
}
