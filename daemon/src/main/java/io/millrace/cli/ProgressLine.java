package io.millrace.cli;

import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.StreamView;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * One line of live progress: datagrams done of all (where every source ends), rate, drops.
 * Rewritten in place on a terminal; elsewhere a line every few seconds. One thread.
 */
final class ProgressLine {
  private static final long TERMINAL_INTERVAL_NS = 200_000_000;
  private static final long LOG_INTERVAL_NS = 2_000_000_000;
  private static final double SMOOTHING = 0.3;

  private final EngineView view;
  private final Throughput throughput;
  private final PrintWriter out;
  private final boolean terminal;
  private final long intervalNs;

  private long lastNs = System.nanoTime();
  private double datagramsPerSecond;
  private double bitsPerSecond;

  ProgressLine(EngineView view, PrintWriter out) {
    this.view = view;
    throughput = new Throughput(view, lastNs);
    this.out = out;
    terminal = Terminal.is(Terminal.STDERR);
    intervalNs = terminal ? TERMINAL_INTERVAL_NS : LOG_INTERVAL_NS;
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
    throughput.look(nowNs);
    datagramsPerSecond = smooth(datagramsPerSecond, throughput.datagramsPerSecond());
    bitsPerSecond = smooth(bitsPerSecond, throughput.bitsPerSecond());
    lastNs = nowNs;
    long datagrams = throughput.datagrams();
    StringBuilder line = new StringBuilder(before).append("sent ");
    if (totalDatagrams > 0) {
      line.append(
          String.format(
              Locale.ROOT,
              "%,d of %,d datagrams (%.0f %%)",
              datagrams,
              totalDatagrams,
              100.0 * (datagrams + throughput.dropped()) / totalDatagrams));
    } else {
      line.append(String.format(Locale.ROOT, "%,d datagrams", datagrams));
    }
    line.append(
        String.format(
            Locale.ROOT,
            ", %,.1f MB, %,.0f datagrams/s, %,.1f Mbit/s, %,d dropped",
            throughput.bytes() / 1e6,
            datagramsPerSecond,
            bitsPerSecond / 1e6,
            throughput.dropped()));
    out.print(line.append(after));
    out.flush();
  }

  private static double smooth(double old, double now) {
    return old == 0 ? now : old + SMOOTHING * (now - old);
  }
}
