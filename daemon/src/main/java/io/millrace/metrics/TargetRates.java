package io.millrace.metrics;

import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * How fast each target is sent to and dropped for, from one look to the next. Owned by one thread;
 * the boards that it makes are for any.
 */
public final class TargetRates {
  /** Of one target at the last look, which is kept from look to look. */
  private static final class Counts {
    long datagrams;
    long bytes;
    long dropped;
    long look;
  }

  private final EngineView engine;

  /** A target's books are the same object as long as there is the target. */
  private final IdentityHashMap<TargetBooks, Counts> known = new IdentityHashMap<>();

  private long look;
  private long lastNs;

  public TargetRates(EngineView engine) {
    this.engine = engine;
  }

  /**
   * Reads the counters of every target. Rates of a target that was not there at the last look are
   * unknown.
   *
   * @param nowNs of {@link System#nanoTime()}
   */
  public TargetBoard look(long nowNs) {
    double seconds = (nowNs - lastNs) / 1e9;
    List<TargetBoard.Row> rows = new ArrayList<>(known.size());
    look++;
    for (StreamView stream : engine.streams()) {
      for (TargetView target : stream.targets()) {
        rows.add(row(stream, target, seconds));
      }
    }
    if (known.size() > rows.size()) {
      known.values().removeIf(counts -> counts.look != look); // targets that are gone
    }
    lastNs = nowNs;
    return new TargetBoard(rows);
  }

  private TargetBoard.Row row(StreamView stream, TargetView target, double seconds) {
    TargetBooks books = target.counters();
    long datagrams = books.datagrams();
    long bytes = books.bytes();
    long dropped = books.droppedTotal();
    Counts counts = known.get(books);
    TargetBoard.Row row;
    if (counts == null) {
      counts = new Counts();
      known.put(books, counts);
      row = new TargetBoard.Row(stream.name(), target, dropped, Double.NaN, Double.NaN, Double.NaN);
    } else {
      row =
          new TargetBoard.Row(
              stream.name(),
              target,
              dropped,
              (datagrams - counts.datagrams) / seconds,
              (bytes - counts.bytes) * 8 / seconds,
              (dropped - counts.dropped) / seconds);
    }
    counts.datagrams = datagrams;
    counts.bytes = bytes;
    counts.dropped = dropped;
    counts.look = look;
    return row;
  }

  /** Forgets the last look, so that the next one's rates aren't of a long time. */
  public void forget() {
    known.clear();
  }
}
