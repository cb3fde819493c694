package io.millrace.cli;

import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;

/** What all targets together got, and how fast between two looks. One thread. */
final class Throughput {
  private final EngineView view;
  private long datagrams;
  private long bytes;
  private long dropped;
  private long targets;
  private long waiting;
  private double datagramsPerSecond;
  private double bitsPerSecond;
  private long lastNs;

  Throughput(EngineView view, long nowNs) {
    this.view = view;
    look(nowNs);
  }

  /** Reads the counters; the rates are then of the time since the last look. */
  void look(long nowNs) {
    long datagramsBefore = datagrams;
    long bytesBefore = bytes;
    datagrams = 0;
    bytes = 0;
    dropped = 0;
    targets = 0;
    waiting = 0;
    for (StreamView stream : view.streams()) {
      for (TargetView target : stream.targets()) {
        datagrams += target.counters().datagrams();
        bytes += target.counters().bytes();
        dropped += target.counters().droppedTotal();
        targets++;
        waiting += target.counters().addresses().isEmpty() ? 1 : 0;
      }
    }
    double seconds = (nowNs - lastNs) / 1e9;
    // A stream that went took its counts along.
    datagramsPerSecond = Math.max(0, datagrams - datagramsBefore) / seconds;
    bitsPerSecond = Math.max(0, bytes - bytesBefore) * 8 / seconds;
    lastNs = nowNs;
  }

  long datagrams() {
    return datagrams;
  }

  long bytes() {
    return bytes;
  }

  long dropped() {
    return dropped;
  }

  long targets() {
    return targets;
  }

  /** Those of the targets that wait for their names. */
  long waiting() {
    return waiting;
  }

  double datagramsPerSecond() {
    return datagramsPerSecond;
  }

  double bitsPerSecond() {
    return bitsPerSecond;
  }
}
