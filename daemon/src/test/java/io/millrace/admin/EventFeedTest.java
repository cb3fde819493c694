package io.millrace.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who listens gets the events, and nobody holds up anybody. */
@Timeout(60)
final class EventFeedTest {
  private static final long INTERVAL_NS = 5_000_000;
  private static final long SOON_NS = 30_000_000_000L;

  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger rests = new AtomicInteger();
  private final EventFeed feed =
      new EventFeed(
          () -> String.valueOf(made.incrementAndGet()).getBytes(StandardCharsets.UTF_8),
          rests::incrementAndGet,
          INTERVAL_NS);

  @AfterEach
  void close() {
    feed.close();
  }

  private static EventFeed.Listener some(EventFeed.@Nullable Listener listener) {
    if (listener == null) {
      throw new AssertionError("not let in");
    }
    return listener;
  }

  private static int next(EventFeed.Listener listener) throws InterruptedException {
    byte[] event = listener.take(System.nanoTime() + SOON_NS);
    if (event == null) {
      throw new AssertionError("no event");
    }
    return Integer.parseInt(new String(event, StandardCharsets.UTF_8));
  }

  @Test
  void everyListenerGetsTheSameEventsWhichAreMadeOnce() throws InterruptedException {
    try (EventFeed.Listener one = some(feed.listen());
        EventFeed.Listener other = some(feed.listen())) {
      int first = next(one);
      for (int event = first + 1; event < first + 20; event++) {
        // Both are awaited, so neither misses one but where the machine is very busy.
        assertThat(next(one)).isGreaterThanOrEqualTo(event);
        assertThat(next(other)).isPositive();
      }
    }
    assertThat(made.get()).isLessThan(200);
  }

  @Test
  void nothingIsMadeWhileNobodyListens() throws InterruptedException {
    assertThat(made.get()).isZero();
    try (EventFeed.Listener listener = some(feed.listen())) {
      next(listener);
    }
    await(() -> rests.get() == 1);
    int before = made.get();
    LockSupport.parkNanos(10 * INTERVAL_NS);
    assertThat(made.get()).isEqualTo(before);
    try (EventFeed.Listener listener = some(feed.listen())) {
      assertThat(next(listener)).as("not an old one").isGreaterThan(before);
    }
  }

  @Test
  void whoComesLaterGetsTheLatestAtOnce() throws InterruptedException {
    try (EventFeed slow =
            new EventFeed(
                () -> "7".getBytes(StandardCharsets.UTF_8), rests::incrementAndGet, SOON_NS * 10);
        EventFeed.Listener one = some(slow.listen())) {
      assertThat(next(one)).isEqualTo(7);
      try (EventFeed.Listener other = some(slow.listen())) {
        assertThat(next(other)).isEqualTo(7);
      }
    }
  }

  @Test
  void noMoreListenersThanThereIsRoomFor() {
    List<EventFeed.Listener> listeners = new ArrayList<>();
    for (int listener = 0; listener < EventFeed.MOST_LISTENERS; listener++) {
      listeners.add(some(feed.listen()));
    }
    assertThat(feed.listen()).isNull();
    listeners.removeLast().close();
    some(feed.listen()).close();
    listeners.forEach(EventFeed.Listener::close);
    assertThat(feed.listeners()).isZero();
  }

  @Test
  void whoTakesNothingIsInterruptedAndTheOthersGoOn() throws InterruptedException {
    BlockingQueue<String> end = new ArrayBlockingQueue<>(1);
    Thread stalled =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (EventFeed.Listener listener = some(feed.listen())) {
                    next(listener);
                    Thread.sleep(SOON_NS / 1_000_000); // a write that doesn't end
                    end.add("not cut off");
                  } catch (InterruptedException cutOff) {
                    end.add("cut off");
                  }
                });
    try (EventFeed.Listener other = some(feed.listen())) {
      while (end.isEmpty()) {
        next(other);
      }
      assertThat(end.take()).isEqualTo("cut off");
      stalled.join();
      assertThat(feed.listeners()).isEqualTo(1);
      next(other);
    }
  }

  @Test
  void closingEndsEveryListenerAndLetsNoneIn() throws InterruptedException {
    try (EventFeed.Listener listener = some(feed.listen())) {
      next(listener);
      feed.close();
      assertThat(listener.take(System.nanoTime() + SOON_NS)).isNull();
      assertThat(feed.listen()).isNull();
    }
  }

  @Test
  void aBugInTheMakerEndsTheListenersAndIsTriedAgainForNewOnes() throws InterruptedException {
    AtomicInteger calls = new AtomicInteger();
    try (EventFeed broken =
        new EventFeed(
            () -> {
              if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("a bug, as the log is told");
              }
              return "1".getBytes(StandardCharsets.UTF_8);
            },
            rests::incrementAndGet,
            INTERVAL_NS)) {
      try (EventFeed.Listener listener = some(broken.listen())) {
        assertThat(listener.take(System.nanoTime() + SOON_NS)).isNull();
      }
      await(() -> rests.get() == 1);
      try (EventFeed.Listener listener = some(broken.listen())) {
        assertThat(next(listener)).isEqualTo(1);
      }
    }
  }

  @Test
  void theDeadlineIsAnEnd() throws InterruptedException {
    try (EventFeed.Listener listener = some(feed.listen())) {
      next(listener);
      // What may have come meanwhile is taken; then the deadline has passed.
      listener.take(System.nanoTime());
      assertThat(listener.take(System.nanoTime() - 1)).isNull();
    }
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + SOON_NS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(INTERVAL_NS);
    }
  }
}
