package io.millrace;

import io.millrace.uring.RingUnavailableException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what lacks memory, for a while. The buffers of a process that has ended are given
 * back by the kernel's own threads, a little after its process id is free (io_ring_exit_work, Linux
 * 6.1 to 6.18); until then they count against RLIMIT_MEMLOCK of its user, and a quick restart finds
 * too little. One for a whole start, whose attempts have the time together. Any one thread at a
 * time.
 */
final class LockedMemoryWait {
  private static final Logger LOG = LoggerFactory.getLogger(LockedMemoryWait.class);

  /** A limit that is too low shows after that time, not at once. */
  static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);

  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final LongSupplier clock;
  private final LongConsumer pause;
  private long waitedNs;

  /**
   * Nothing waited for.
   *
   * @param clock nanoseconds
   * @param pause waits for so many nanoseconds
   */
  LockedMemoryWait(LongSupplier clock, LongConsumer pause) {
    this.clock = clock;
    this.pause = pause;
  }

  /** What may lack memory; closes what it has opened when it fails. */
  @FunctionalInterface
  interface Attempt<T, X extends Exception> {
    T make() throws X;
  }

  /**
   * The first result of the attempts that is one.
   *
   * @throws RingUnavailableException the last attempt's, if memory is still missing when the time
   *     is up, or anything else is
   */
  <T, X extends Exception> T get(Attempt<T, X> attempt) throws X {
    long beganNs = clock.getAsLong();
    long beforeNs = waitedNs;
    while (true) {
      try {
        T result = attempt.make();
        if (waitedNs > beforeNs) {
          LOG.info("the locked memory was there after {} ms", millis(waitedNs - beforeNs));
        }
        return result;
      } catch (RingUnavailableException refused) {
        if (!refused.isLackOfMemory() || waitedNs >= PATIENCE_NS) {
          throw refused;
        }
        if (waitedNs == 0) {
          LOG.warn(
              "{}; waiting for up to {} ms, in case a process that has just ended gives it back",
              refused.getMessage(),
              millis(PATIENCE_NS));
        }
      }
      pause.accept(PAUSE_NS);
      waitedNs = beforeNs + Math.max(1, clock.getAsLong() - beganNs);
    }
  }

  private static long millis(long ns) {
    return TimeUnit.NANOSECONDS.toMillis(ns);
  }
}
