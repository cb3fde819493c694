package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.DropReason;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class TargetBooksTest {
  private final TargetBooks books = new TargetBooks();
  private final TargetCounters old = new TargetCounters();
  private final TargetCounters fresh = new TargetCounters();

  private void assertClosed(long ofStream, long offered) {
    assertThat(books.offered(ofStream)).isEqualTo(offered);
    assertThat(books.datagrams() + books.droppedTotal()).isEqualTo(offered);
  }

  /** 10 datagrams to the old address, 5 to the new one. */
  private void swap() {
    old.joined(0);
    books.joined("192.0.2.1:1", old);
    old.sent(9, 900);
    old.left(10);
    fresh.joined(10);
    books.joined("192.0.2.2:1", fresh);
    books.leaving(old);
    old.dropped(DropReason.ECONNREFUSED, 1);
    fresh.sent(5, 500);
  }

  @Test
  void sumGoesOnThroughAChangeOfAddress() {
    swap();
    assertClosed(15, 15);
    assertThat(books.addresses())
        .extracting(TargetBooks.Part::address)
        .containsExactly("192.0.2.2:1");
    books.closed(old);
    assertClosed(15, 15);
    assertThat(books.bytes()).isEqualTo(1400);
    assertThat(books.dropped(DropReason.ECONNREFUSED.ordinal())).isEqualTo(1);
  }

  @Test
  void removedTargetIsSummedUpWhenItsLastAddressIsClosed() {
    StreamCounters counters = new StreamCounters();
    counters.offered(15);
    StreamView removed =
        new StreamView(
            "s",
            0,
            "generator",
            counters,
            OptionalLong.empty(),
            List.of(new TargetView("a:1", books, counters, 0, "a")));
    RemovedTotals totals = new RemovedTotals();
    swap();
    totals.removing(removed);
    fresh.left(15);
    books.closed(fresh);
    totals.settle();
    old.dropped(DropReason.ECONNREFUSED, 0);
    books.closed(old);
    totals.settle();
    counters.offered(100);
    assertThat(totals.totals())
        .singleElement()
        .satisfies(
            total -> {
              assertThat(total.offered()).isEqualTo(15);
              assertThat(total.datagrams()).isEqualTo(14);
              assertThat(total.dropped(DropReason.ECONNREFUSED.ordinal())).isEqualTo(1);
            });
  }
}
