package io.millrace.sender;

/**
 * How a ring sends.
 *
 * @param engine what requests are handed to
 * @param zeroCopy SEND_ZC from registered buffers; otherwise SEND, which copies
 * @param adaptive zero copy only where it pays, by target and size of the request; needs {@code
 *     zeroCopy}
 * @param combineFlag the combined mode's flag in {@code ioprio}, or 0 for paired completions
 */
public record SendMode(Engine engine, boolean zeroCopy, boolean adaptive, int combineFlag) {
  /** What requests are handed to. */
  public enum Engine {
    URING,
    SENDMMSG
  }

  /** SEND for everything. */
  public static final SendMode COPY = new SendMode(Engine.URING, false, false, 0);

  /** sendmmsg for everything, without io_uring. */
  public static final SendMode SENDMMSG = new SendMode(Engine.SENDMMSG, false, false, 0);

  /** SEND_ZC for everything. */
  public static SendMode zeroCopy(int combineFlag) {
    return new SendMode(Engine.URING, true, false, combineFlag);
  }

  /** SEND_ZC where it pays. */
  public static SendMode adaptive(int combineFlag) {
    return new SendMode(Engine.URING, true, true, combineFlag);
  }
}
