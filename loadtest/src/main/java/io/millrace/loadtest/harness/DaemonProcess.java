package io.millrace.loadtest.harness;

import io.millrace.loadtest.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A {@code millrace run} that was started. Owned by one thread. */
public final class DaemonProcess implements AutoCloseable {
  private final ManagedProcess process;
  private final Path summary;

  DaemonProcess(ManagedProcess process, Path summary) {
    this.process = process;
    this.summary = summary;
  }

  public ManagedProcess process() {
    return process;
  }

  /**
   * Waits for its end and returns its summary.
   *
   * @throws HarnessException if it doesn't end in time, ends with a failure, or leaves no summary
   */
  public DaemonSummary finish(Duration patience) {
    int exit = process.awaitExit(patience);
    if (exit != 0) {
      throw new HarnessException("millrace run: exit " + exit + ":\n  " + process.tail(15));
    }
    if (!Files.exists(summary)) {
      throw new HarnessException("millrace run left no summary:\n  " + process.tail(15));
    }
    return new DaemonSummary(Json.read(summary));
  }

  @Override
  public void close() {
    process.close();
  }
}
