package io.millrace.sender;

/**
 * How a ring sends.
 *
 * @param engine what requests are handed to
 * @param zeroCopy SEND_ZC from registered buffers; otherwise SEND, which copies
 * @param adaptive zero copy only where it pays, by target and size of the request; needs {@code
 *     zeroCopy}
 * @param trials which sizes those are is found by timing duty cycles; otherwise all are, and only
 *     what the kernel reports counts
 * @param combineFlag the combined mode's flag in {@code ioprio}, or 0 for paired completions
 */
public record SendMode(
    Engine engine, boolean zeroCopy, boolean adaptive, boolean trials, int combineFlag) {
  /** What requests are handed to. */
  public enum Engine {
    URING,
    SENDMMSG
  }

  /** SEND for everything. */
  public static final SendMode COPY = new SendMode(Engine.URING, false, false, false, 0);

  /** sendmmsg for everything, without io_uring. */
  public static final SendMode SENDMMSG = new SendMode(Engine.SENDMMSG, false, false, false, 0);

  /** SEND_ZC for everything. */
  public static SendMode zeroCopy(int combineFlag) {
    return new SendMode(Engine.URING, true, false, false, combineFlag);
  }

  /** SEND_ZC where it pays. */
  public static SendMode adaptive(int combineFlag) {
    return new SendMode(Engine.URING, true, true, true, combineFlag);
  }

  /** The same on a ring whose duty cycles don't have the cost of sending in them. */
  public SendMode withoutTrials() {
    return new SendMode(engine, zeroCopy, adaptive, false, combineFlag);
  }
}
