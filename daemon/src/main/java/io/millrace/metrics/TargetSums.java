package io.millrace.metrics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.counters.CircuitState;
import io.millrace.counters.DropReason;
import io.millrace.metrics.EngineView.TargetView;

/** What several targets together were sent and what they were not. One thread. */
final class TargetSums {
  private final long[] drops = new long[DropReason.count()];
  private int targets;
  private int waiting;
  private int givenUp;
  private long offered;
  private long datagrams;
  private long bytes;

  void add(TargetView target) {
    TargetBooks books = target.counters();
    targets++;
    waiting += books.isWaiting() ? 1 : 0;
    givenUp += books.circuit() == CircuitState.CLOSED ? 0 : 1;
    // What became of datagrams is read before what was offered: sent + dropped is never more.
    datagrams += books.datagrams();
    bytes += books.bytes();
    books.addDropped(drops);
    offered += target.offered();
  }

  void add(TargetSums others) {
    targets += others.targets;
    waiting += others.waiting;
    givenUp += others.givenUp;
    offered += others.offered;
    datagrams += others.datagrams;
    bytes += others.bytes;
    for (int reason = 0; reason < drops.length; reason++) {
      drops[reason] += others.drops[reason];
    }
  }

  /** Of the reasons only those that there are. */
  void putInto(ObjectNode object) {
    object
        .put("targets", targets)
        .put("waiting", waiting)
        .put("given_up", givenUp)
        .put("offered", offered)
        .put("datagrams", datagrams)
        .put("bytes", bytes);
    ObjectNode dropped = object.putObject("dropped");
    for (int reason = 0; reason < drops.length; reason++) {
      if (drops[reason] > 0) {
        dropped.put(DropReason.of(reason).label(), drops[reason]);
      }
    }
  }
}
