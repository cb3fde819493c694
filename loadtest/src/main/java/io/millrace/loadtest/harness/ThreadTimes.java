package io.millrace.loadtest.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * CPU time of threads or processes, as the kernel has counted it since they began.
 *
 * @param userSeconds in steps of 0.01
 * @param systemSeconds in steps of 0.01
 */
public record ThreadTimes(double userSeconds, double systemSeconds) {
  /** USER_HZ, 100 on every architecture that Millrace knows (proc(5)). */
  private static final double TICKS_PER_SECOND = 100;

  /** Of the fields behind the thread's name in parentheses: utime is the 12th, stime the 13th. */
  private static final int USER_FIELD = 11;

  private static final ThreadTimes NONE = new ThreadTimes(0, 0);

  /**
   * Sums up those of a process's threads whose names begin with one of {@code prefixes}.
   *
   * @param prefixes as the kernel has the names, at most 15 characters
   * @throws HarnessException if there is no such thread (any more)
   */
  public static ThreadTimes ofThreads(long pid, String... prefixes) {
    Path tasks = Path.of("/proc", String.valueOf(pid), "task");
    ThreadTimes sum = NONE;
    boolean found = false;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path task : threads) {
        Stat stat = Stat.read(task);
        if (Arrays.stream(prefixes).anyMatch(stat.name()::startsWith)) {
          sum = sum.plus(stat.times());
          found = true;
        }
      }
    } catch (IOException ended) {
      throw new HarnessException("process " + pid + " has ended", ended);
    }
    if (!found) {
      throw new HarnessException(
          "process " + pid + " has no thread named " + String.join(" or ", prefixes));
    }
    return sum;
  }

  /**
   * Those of a process, all of its threads, and of the processes that it started.
   *
   * @throws HarnessException if it has ended
   */
  public static ThreadTimes ofProcesses(long pid) {
    ThreadTimes sum = ofProcess(pid);
    for (ProcessHandle child :
        ProcessHandle.of(pid).map(parent -> parent.descendants().toList()).orElse(List.of())) {
      sum = sum.plus(ofProcess(child.pid()));
    }
    return sum;
  }

  private static ThreadTimes ofProcess(long pid) {
    try {
      return Stat.read(Path.of("/proc", String.valueOf(pid))).times();
    } catch (IOException ended) {
      throw new HarnessException("process " + pid + " has ended", ended);
    }
  }

  /**
   * The file stat of a process or a thread: its name is in parentheses and may hold any character.
   */
  private record Stat(String name, ThreadTimes times) {
    static Stat read(Path folder) throws IOException {
      String stat = Files.readString(folder.resolve("stat"));
      int begin = stat.indexOf('(');
      int end = stat.lastIndexOf(')');
      return new Stat(stat.substring(begin + 1, end), parse(stat.substring(end + 2)));
    }
  }

  private static ThreadTimes parse(String behindName) {
    String[] fields = behindName.split(" ", -1);
    return new ThreadTimes(
        Long.parseLong(fields[USER_FIELD]) / TICKS_PER_SECOND,
        Long.parseLong(fields[USER_FIELD + 1]) / TICKS_PER_SECOND);
  }

  private ThreadTimes plus(ThreadTimes other) {
    return new ThreadTimes(userSeconds + other.userSeconds, systemSeconds + other.systemSeconds);
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
