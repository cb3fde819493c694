package io.millrace.config;

import java.time.Duration;
import java.util.List;

/**
 * {@code millrace.rings.sqpoll}: a kernel thread for each ring that takes its requests, instead of
 * system calls that hand them over.
 *
 * @param enabled whether there are any
 * @param idle without a request, after which such a thread sleeps: whole milliseconds, 1 ms..1 min
 * @param cpus that they are pinned to, one for each of {@code rings.cpus} in the same order
 *     (0..8191, distinct, none of {@code rings.cpus}); empty = auto
 */
public record SqPollSettings(boolean enabled, Duration idle, List<Integer> cpus) {
  /** As reference.conf has it. */
  public static final SqPollSettings OFF =
      new SqPollSettings(false, Duration.ofMillis(10), List.of());

  public SqPollSettings {
    cpus = List.copyOf(cpus);
  }
}
