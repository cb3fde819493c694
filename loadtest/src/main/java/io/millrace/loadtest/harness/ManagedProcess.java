package io.millrace.loadtest.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A process that this one started, with the last lines that it printed (standard output and error
 * together). Ends with {@link #close()}, its own children included; never touches another process.
 * Any thread.
 */
public final class ManagedProcess implements AutoCloseable {
  private static final int KEPT_LINES = 2_000;
  private static final Duration TERM_PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final Thread reader;

  /** Guarded by itself, and notified at each line and at the end. */
  private final List<String> lines = new ArrayList<>();

  private ManagedProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.reader = Thread.ofPlatform().name("output-of-" + name).daemon().start(this::readLines);
  }

  /**
   * Starts a command.
   *
   * @throws HarnessException if it can't be started
   */
  public static ManagedProcess start(String name, List<String> command) {
    try {
      return new ManagedProcess(
          name, new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException failure) {
      throw new HarnessException("can't start " + name + ": " + failure.getMessage(), failure);
    }
  }

  /**
   * Runs a short command and returns what it printed.
   *
   * @throws HarnessException if it fails or takes longer than 30 seconds
   */
  public static String run(List<String> command) {
    try (ManagedProcess process = start(command.getFirst(), command)) {
      int exit = process.awaitExit(Duration.ofSeconds(30));
      if (exit != 0) {
        throw new HarnessException(
            String.join(" ", command) + ": exit " + exit + ": " + process.tail(5));
      }
      return String.join("\n", process.lines());
    }
  }

  private void readLines() {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          if (lines.size() == KEPT_LINES) {
            lines.removeFirst();
          }
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException ended) {
      // The pipe closes with the process; what it printed until then is here.
    } finally {
      synchronized (lines) {
        lines.notifyAll();
      }
    }
  }

  /**
   * Waits until {@code count} lines match, and returns them.
   *
   * @throws HarnessException if the process ends or the time passes before
   */
  public List<String> awaitLines(Predicate<String> match, int count, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (lines) {
      while (true) {
        List<String> found = lines.stream().filter(match).toList();
        if (found.size() >= count) {
          return found;
        }
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (leftMs <= 0 || !reader.isAlive()) {
          throw new HarnessException(name + " didn't get ready: " + tail(10));
        }
        try {
          lines.wait(Math.min(leftMs, 100));
        } catch (InterruptedException interrupted) {
          throw interrupted(interrupted);
        }
      }
    }
  }

  /**
   * Waits for the end and returns the exit code.
   *
   * @throws HarnessException if the time passes before; the process still runs then
   */
  public int awaitExit(Duration patience) {
    try {
      if (!process.waitFor(patience)) {
        throw new HarnessException(
            name + " still runs after " + patience.toSeconds() + " s: " + tail(10));
      }
      reader.join();
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    }
  }

  /** Whether it ended within the time. */
  public boolean endsWithin(Duration patience) {
    try {
      return process.waitFor(patience);
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    }
  }

  public long pid() {
    return process.pid();
  }

  /** SIGTERM. By its handle: Process.destroy would close the pipe and lose what it still prints. */
  public void terminate() {
    process.toHandle().destroy();
  }

  /** SIGKILL, to this process alone. */
  public void kill() {
    process.toHandle().destroyForcibly();
  }

  /** Sends a signal by its name, such as STOP. */
  public void signal(String signal) {
    run(List.of("kill", "-" + signal, String.valueOf(pid())));
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /** The last lines, for a message. */
  public String tail(int count) {
    List<String> all = lines();
    return String.join("\n  ", all.subList(Math.max(0, all.size() - count), all.size()));
  }

  /** SIGTERM, and after ten seconds SIGKILL, also to what the process started itself. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    if (process.isAlive()) {
      terminate();
      if (!endsWithin(TERM_PATIENCE)) {
        process.destroyForcibly();
      }
    }
    children.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
  }

  private static HarnessException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new HarnessException("interrupted", cause);
  }
}
