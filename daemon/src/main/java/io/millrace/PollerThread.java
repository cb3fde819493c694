package io.millrace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The kernel thread that polls a ring. It is one of this process's own, so /proc has its CPU time,
 * which is in no thread of Java. Any thread.
 */
final class PollerThread {
  private static final Path TASKS = Path.of("/proc/self/task");

  /** What io_sq_thread calls itself, with the number of the thread that made the ring behind it. */
  private static final String NAME = "iou-sqp-";

  /** USER_HZ, 100 on every architecture that Millrace knows (proc(5)). */
  private static final double TICKS_PER_SECOND = 100;

  /** Of the fields behind the thread's name in parentheses; stime follows. */
  private static final int USER_FIELD = 11;

  private static final int MOST_LOOKS = 200;
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Path task;
  private volatile double seconds;

  private PollerThread(Path task) {
    this.task = task;
  }

  /** Those that there are. */
  static Set<Path> all() {
    try (Stream<Path> tasks = Files.list(TASKS)) {
      return tasks.filter(PollerThread::isPoller).collect(Collectors.toSet());
    } catch (IOException | UncheckedIOException unreadable) {
      return Set.of();
    }
  }

  private static boolean isPoller(Path task) {
    try {
      return Files.readString(task.resolve("comm")).startsWith(NAME);
    } catch (IOException ended) {
      return false;
    }
  }

  /**
   * The one that has come since there were these: a ring has just been made. It gives itself its
   * name when it first runs, so this waits for that, at most 0.2 s; null: it was not seen.
   */
  static @Nullable PollerThread newcomer(Set<Path> before) {
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      for (Path task : all()) {
        if (!before.contains(task)) {
          return new PollerThread(task);
        }
      }
      LockSupport.parkNanos(LOOK_NS);
    }
    return null;
  }

  /**
   * CPU time that it has used, in steps of 0.01 s; what it was at the last look, once it has ended.
   */
  double cpuSeconds() {
    try {
      String stat = Files.readString(task.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      seconds =
          (Long.parseLong(fields[USER_FIELD]) + Long.parseLong(fields[USER_FIELD + 1]))
              / TICKS_PER_SECOND;
    } catch (IOException ended) {
      // The ring is closed.
    }
    return seconds;
  }
}
