package io.millrace.loadtest.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the scheduler has counted for a thread since it began, in nanoseconds where {@link
 * ThreadTimes} has ticks, but without telling user from system (schedstat, proc(5)).
 *
 * @param ranSeconds on a CPU
 * @param waitedSeconds that it could have run and didn't, as its CPU was taken
 */
public record RunTimes(double ranSeconds, double waitedSeconds) {
  private static final double NS_PER_SECOND = 1e9;

  /**
   * Reads those of a daemon's ring; of its first, if there are several.
   *
   * @throws HarnessException if the daemon has ended or has no ring
   */
  public static RunTimes ofRing(ManagedProcess daemon) {
    Path tasks = Path.of("/proc", String.valueOf(daemon.pid()), "task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        if (Files.readString(thread.resolve("comm")).startsWith("ring-")) {
          String[] times = Files.readString(thread.resolve("schedstat")).split(" ", -1);
          return new RunTimes(
              Long.parseLong(times[0]) / NS_PER_SECOND, Long.parseLong(times[1]) / NS_PER_SECOND);
        }
      }
    } catch (IOException ended) {
      throw new HarnessException("the daemon has ended:\n  " + daemon.tail(10), ended);
    }
    throw new HarnessException("the daemon has no ring:\n  " + daemon.tail(10));
  }

  public RunTimes since(RunTimes earlier) {
    return new RunTimes(ranSeconds - earlier.ranSeconds, waitedSeconds - earlier.waitedSeconds);
  }
}
