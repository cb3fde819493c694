package io.millrace.loadtest.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time of one thread, as the kernel has counted it since the thread began.
 *
 * @param userSeconds in steps of 0.01
 * @param systemSeconds in steps of 0.01
 */
public record ThreadTimes(double userSeconds, double systemSeconds) {
  /** USER_HZ, 100 on every architecture that Millrace knows (proc(5)). */
  private static final double TICKS_PER_SECOND = 100;

  /** Of the fields behind the thread's name in parentheses: utime is the 12th, stime the 13th. */
  private static final int USER_FIELD = 11;

  /**
   * Reads those of a process's thread.
   *
   * @param thread its name as the kernel has it, at most 15 characters
   * @throws HarnessException if there is no such thread (any more)
   */
  public static ThreadTimes ofThread(long pid, String thread) {
    Path tasks = Path.of("/proc", String.valueOf(pid), "task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path task : threads) {
        String stat = Files.readString(task.resolve("stat"));
        int begin = stat.indexOf('(');
        int end = stat.lastIndexOf(')');
        if (stat.substring(begin + 1, end).equals(thread)) {
          return parse(stat.substring(end + 2));
        }
      }
    } catch (IOException ended) {
      throw new HarnessException("process " + pid + " has ended", ended);
    }
    throw new HarnessException("process " + pid + " has no thread named " + thread);
  }

  private static ThreadTimes parse(String behindName) {
    String[] fields = behindName.split(" ", -1);
    return new ThreadTimes(
        Long.parseLong(fields[USER_FIELD]) / TICKS_PER_SECOND,
        Long.parseLong(fields[USER_FIELD + 1]) / TICKS_PER_SECOND);
  }

  /** What was used after {@code earlier}. */
  public ThreadTimes since(ThreadTimes earlier) {
    return new ThreadTimes(
        userSeconds - earlier.userSeconds, systemSeconds - earlier.systemSeconds);
  }

  /** The part of it that was user mode, 0 to 1. */
  public double userShare() {
    double all = userSeconds + systemSeconds;
    return all > 0 ? userSeconds / all : 0;
  }
}
