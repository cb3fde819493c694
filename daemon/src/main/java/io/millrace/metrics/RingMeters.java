package io.millrace.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.millrace.buffer.BufferPool;
import io.millrace.counters.RingCounters;
import io.millrace.metrics.EngineView.PollerView;
import io.millrace.metrics.EngineView.RingView;
import java.util.function.ToDoubleFunction;

/** Registers a ring's meters: functions that read its counters when a scrape comes. */
final class RingMeters {
  private RingMeters() {}

  static void register(MeterRegistry registry, RingView ring) {
    RingCounters counters = ring.counters();
    Tags tags = Tags.of("ring", Integer.toString(ring.index()));
    for (RingCounters.Op op : RingCounters.Op.values()) {
      counter(
          registry,
          "millrace.ring.requests",
          "Send requests handed to the kernel",
          tags.and("op", op.label()),
          counters,
          c -> c.requests(op));
    }
    for (RingCounters.Mode mode : RingCounters.Mode.values()) {
      counter(
          registry,
          "millrace.ring.completions",
          "Merged completions, by how the kernel reported them",
          tags.and("mode", mode.label()),
          counters,
          c -> c.completions(mode));
    }
    counter(
        registry,
        "millrace.ring.cqes",
        "Completion queue entries of send requests reaped",
        tags,
        counters,
        RingCounters::cqes);
    counter(
        registry,
        "millrace.ring.enters",
        "Calls of io_uring_enter, or of sendmmsg",
        tags,
        counters,
        RingCounters::enters);
    counter(
        registry,
        "millrace.ring.batches",
        "Duty cycles that handed requests to the kernel; requests per batch tell how they grow",
        tags,
        counters,
        RingCounters::batches);
    counter(
        registry,
        "millrace.ring.cq.overflows",
        "Completions that found the completion queue full",
        tags,
        counters,
        RingCounters::cqOverflows);
    counter(
        registry,
        "millrace.ring.copied",
        "Sampled zero-copy sends that the kernel copied after all",
        tags,
        counters,
        RingCounters::copiedSamples);
    gauge(
        registry,
        "millrace.ring.in.flight",
        "Requests in the kernel now",
        tags,
        counters,
        RingCounters::inFlight);
    gauge(
        registry,
        "millrace.pool.slots",
        "Slots of the buffer pool",
        tags,
        ring.pool(),
        BufferPool::slots);
    gauge(
        registry,
        "millrace.pool.slots.free",
        "Free slots of the buffer pool",
        tags,
        ring.pool(),
        BufferPool::free);
    counter(
        registry,
        "millrace.pool.exhausted",
        "Times no slot was free",
        tags,
        ring.pool(),
        BufferPool::exhausted);
    if (ring.poller() != null) {
      register(registry, tags, ring.poller());
    }
  }

  /**
   * The kernel's thread is none of the JVM's, and no metric of the ring's own thread has its time.
   */
  private static void register(MeterRegistry registry, Tags tags, PollerView poller) {
    counter(
        registry,
        "millrace.ring.sqpoll.cpu.seconds",
        "CPU time of the kernel thread that takes the ring's requests (rings.sqpoll)",
        tags,
        poller,
        view -> view.cpuSeconds().getAsDouble());
  }

  private static <T> void counter(
      MeterRegistry registry,
      String name,
      String description,
      Tags tags,
      T object,
      ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, object, value)
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private static <T> void gauge(
      MeterRegistry registry,
      String name,
      String description,
      Tags tags,
      T object,
      ToDoubleFunction<T> value) {
    Gauge.builder(name, object, value)
        .description(description)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }
}
