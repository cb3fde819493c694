package io.millrace.cli;

import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One line of live progress: datagrams done of all (where every source ends), rate, drops.
 * Rewritten in place on a terminal; elsewhere a line every few seconds. One thread.
 */
final class ProgressLine {
  private static final long TERMINAL_INTERVAL_NS = 200_000_000;
  private static final long LOG_INTERVAL_NS = 2_000_000_000;
  private static final double SMOOTHING = 0.3;

  private static final Path STDERR = Path.of("/proc/self/fd/2");
  private static final Pattern TERMINALS = Pattern.compile("/dev/(pts/\\d+|tty.*|console)");

  private final EngineView view;
  private final PrintWriter out;
  private final boolean terminal;
  private final long intervalNs;

  private long lastNs = System.nanoTime();
  private long lastDatagrams;
  private long lastBytes;
  private double datagramsPerSecond;
  private double bitsPerSecond;

  ProgressLine(EngineView view, PrintWriter out) {
    this.view = view;
    this.out = out;
    terminal = isTerminal();
    intervalNs = terminal ? TERMINAL_INTERVAL_NS : LOG_INTERVAL_NS;
  }

  /** Whether stderr is a terminal; the JDK can only say it of stdin and stdout together. */
  private static boolean isTerminal() {
    try {
      return TERMINALS.matcher(Files.readSymbolicLink(STDERR).toString()).matches();
    } catch (IOException unknown) {
      return false;
    }
  }

  /** Datagrams over all targets, or 0 where a source has no end. */
  private static long total(EngineView view) {
    long sum = 0;
    for (StreamView stream : view.streams()) {
      if (stream.datagrams().isEmpty()) {
        return 0;
      }
      sum += stream.datagrams().getAsLong() * stream.targets().size();
    }
    return sum;
  }

  /** Shows where it stands, if it is time to. */
  void update() {
    long nowNs = System.nanoTime();
    if (nowNs - lastNs >= intervalNs) {
      show(nowNs, terminal ? "\r" : "", terminal ? "\u001b[K" : "\n");
    }
  }

  /** Shows the end, and leaves the line. */
  void finish() {
    show(System.nanoTime(), terminal ? "\r" : "", terminal ? "\u001b[K\n" : "\n");
  }

  private void show(long nowNs, String before, String after) {
    long totalDatagrams = total(view);
    long datagrams = 0;
    long bytes = 0;
    long dropped = 0;
    for (StreamView stream : view.streams()) {
      for (TargetView target : stream.targets()) {
        datagrams += target.counters().datagrams();
        bytes += target.counters().bytes();
        dropped += target.counters().droppedTotal();
      }
    }
    double seconds = (nowNs - lastNs) / 1e9;
    datagramsPerSecond =
        smooth(datagramsPerSecond, Math.max(0, datagrams - lastDatagrams) / seconds);
    bitsPerSecond = smooth(bitsPerSecond, Math.max(0, bytes - lastBytes) * 8 / seconds);
    lastNs = nowNs;
    lastDatagrams = datagrams;
    lastBytes = bytes;
    StringBuilder line = new StringBuilder(before).append("sent ");
    if (totalDatagrams > 0) {
      line.append(
          String.format(
              Locale.ROOT,
              "%,d of %,d datagrams (%.0f %%)",
              datagrams,
              totalDatagrams,
              100.0 * (datagrams + dropped) / totalDatagrams));
    } else {
      line.append(String.format(Locale.ROOT, "%,d datagrams", datagrams));
    }
    line.append(
        String.format(
            Locale.ROOT,
            ", %,.1f MB, %,.0f datagrams/s, %,.1f Mbit/s, %,d dropped",
            bytes / 1e6,
            datagramsPerSecond,
            bitsPerSecond / 1e6,
            dropped));
    out.print(line.append(after));
    out.flush();
  }

  private static double smooth(double old, double now) {
    return old == 0 ? now : old + SMOOTHING * (now - old);
  }
}
