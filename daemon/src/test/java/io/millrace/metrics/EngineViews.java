package io.millrace.metrics;

import io.millrace.buffer.BufferPool;
import io.millrace.counters.DropReason;
import io.millrace.counters.RingCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView.PollerView;
import io.millrace.metrics.EngineView.RingView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.List;
import java.util.OptionalLong;

/**
 * An engine that isn't there: two rings, a stream with two targets and one with one, counters to
 * play with.
 */
public final class EngineViews {
  public static final int SLOTS = 16;
  public static final int DATAGRAM_BYTES = 1000;

  public final RingCounters ring0 = new RingCounters();
  public final RingCounters ring1 = new RingCounters();
  public final BufferPool pool0 = new BufferPool(SLOTS);
  public final BufferPool pool1 = new BufferPool(SLOTS);
  public final StreamCounters news = new StreamCounters();
  public final StreamCounters weather = new StreamCounters();
  public final TargetCounters near = new TargetCounters();
  public final TargetCounters far = new TargetCounters();
  public final TargetCounters only = new TargetCounters();

  /** What the observers see of it. */
  public EngineView view() {
    return new EngineView(
        "1.2.3",
        "abc123",
        "6.18.44",
        "emulated",
        "uring",
        "zero-copy ring: because",
        List.of(
            new RingView(0, 2, ring0, pool0),
            new RingView(1, 3, ring1, pool1, new PollerView(-1, 10, () -> 1.25))),
        List.of(
            new StreamView(
                "news",
                0,
                "file news.ts",
                news,
                OptionalLong.of(10),
                List.of(
                    new TargetView("127.0.0.1:5004", near, news, 0),
                    new TargetView("[::1]:5004", far, news, 0))),
            new StreamView(
                "weather",
                1,
                "generator",
                weather,
                OptionalLong.empty(),
                List.of(new TargetView("127.0.0.1:5005", only, weather, 1)))));
  }

  /**
   * One datagram of "news", which leaves for the near target and is refused by the far one; nothing
   * stays in flight.
   */
  public void sendOne() {
    news.offered(1);
    for (int target = 0; target < 2; target++) {
      ring0.requested(RingCounters.Op.SEND_ZC, 1);
      ring0.reaped(2);
      ring0.completed(RingCounters.Mode.PAIRED);
    }
    ring0.entered(1);
    near.sent(1, DATAGRAM_BYTES);
    far.dropped(DropReason.ECONNREFUSED, 1);
  }
}
