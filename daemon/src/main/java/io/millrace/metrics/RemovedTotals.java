package io.millrace.metrics;

import io.millrace.counters.DropReason;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What targets did whose stream was removed, or which were taken from theirs: a sum for each pair
 * of names, so that a daemon that is reloaded for years keeps no more than it had names. Any
 * thread.
 */
public final class RemovedTotals {
  /** Pairs that get a sum of their own; what comes later goes into {@link #OTHERS}. */
  static final int MOST = 10_000;

  /** Stream and target of the sum of all others; no stream can have that name. */
  static final String OTHERS = "(others)";

  private static final int OFFERED = 0;
  private static final int DATAGRAMS = 1;
  private static final int BYTES = 2;
  private static final int DROPPED = 3;

  private record Key(String stream, String target) {}

  private final Map<Key, long[]> sums = new LinkedHashMap<>();

  /** Those that may still change: removed, with requests in the kernel. */
  private final List<StreamView> draining = new ArrayList<>();

  /**
   * One sum.
   *
   * @param offered datagrams; those sent and dropped
   * @param bytes of payload
   */
  public record Total(
      String stream, String target, long offered, long datagrams, long bytes, List<Long> drops) {
    public long dropped(int reason) {
      return drops.get(reason);
    }
  }

  /** Targets of a stream are being removed, which they may not have been through with. */
  public synchronized void removing(StreamView stream) {
    draining.add(stream);
  }

  /** Some may be through with what they had in the kernel: their counters change no more. */
  public synchronized void settle() {
    draining.removeIf(
        stream -> {
          boolean closed =
              stream.targets().stream().allMatch(target -> target.counters().isClosed());
          if (closed) {
            add(sums, stream);
          }
          return closed;
        });
  }

  private static void add(Map<Key, long[]> sums, StreamView stream) {
    for (TargetView target : stream.targets()) {
      Key key = new Key(stream.name(), target.label());
      if (!sums.containsKey(key) && sums.size() >= MOST) {
        key = new Key(OTHERS, OTHERS);
      }
      long[] sum = sums.computeIfAbsent(key, _ -> new long[DROPPED + DropReason.count()]);
      TargetBooks counters = target.counters();
      sum[DATAGRAMS] += counters.datagrams();
      sum[BYTES] += counters.bytes();
      for (int reason = 0; reason < DropReason.count(); reason++) {
        sum[DROPPED + reason] += counters.dropped(reason);
      }
      sum[OFFERED] += target.offered();
    }
  }

  /** All of them, in the order in which they were removed first. */
  public synchronized List<Total> totals() {
    Map<Key, long[]> all = new LinkedHashMap<>();
    sums.forEach((key, sum) -> all.put(key, sum.clone()));
    draining.forEach(stream -> add(all, stream));
    List<Total> totals = new ArrayList<>();
    all.forEach(
        (key, sum) -> {
          List<Long> drops = new ArrayList<>();
          for (int reason = 0; reason < DropReason.count(); reason++) {
            drops.add(sum[DROPPED + reason]);
          }
          totals.add(
              new Total(key.stream, key.target, sum[OFFERED], sum[DATAGRAMS], sum[BYTES], drops));
        });
    return totals;
  }
}
