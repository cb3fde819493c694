package io.millrace.uring;

/**
 * A kernel thread that takes SQEs without being asked (IORING_SETUP_SQPOLL), so that submitting
 * needs no system call while it is awake.
 *
 * @param idleMs without an SQE, after which it sleeps and has to be woken; above 0
 * @param cpu that it is pinned to, or {@link #ANY_CPU}
 */
public record SqPolling(int idleMs, int cpu) {
  /** It runs wherever the scheduler puts it. */
  public static final int ANY_CPU = -1;

  public SqPolling {
    assert idleMs > 0 : "the kernel takes 0 for its default of 1 s";
  }
}
