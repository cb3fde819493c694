package io.millrace.config;

import java.time.Duration;
import java.util.List;

/**
 * {@code millrace.rings}: how many rings there are, how large, and how their threads wait.
 *
 * @param cpus one ring per CPU number (0..8191, distinct), its thread pinned there; empty = auto
 * @param entries submission queue entries per ring, 64..16384; the kernel rounds up to a power of
 *     two
 * @param batch requests handed over per io_uring_enter, 1..1024 and at most {@code entries}
 * @param idle what a ring's thread does while it has nothing to do
 * @param drainTimeout how long a shutdown waits for requests in flight, 0 s..10 min
 * @param sqpoll kernel threads that take the rings' requests
 */
public record RingSettings(
    List<Integer> cpus,
    int entries,
    int batch,
    IdleMode idle,
    Duration drainTimeout,
    SqPollSettings sqpoll) {

  public RingSettings {
    cpus = List.copyOf(cpus);
  }

  /** Rings whose threads submit themselves. */
  public RingSettings(
      List<Integer> cpus, int entries, int batch, IdleMode idle, Duration drainTimeout) {
    this(cpus, entries, batch, idle, drainTimeout, SqPollSettings.OFF);
  }
}
