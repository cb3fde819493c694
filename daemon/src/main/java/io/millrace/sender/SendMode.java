package io.millrace.sender;

/**
 * How a ring sends.
 *
 * @param zeroCopy SEND_ZC from registered buffers; otherwise SEND, which copies
 * @param adaptive zero copy only where it pays, by target and size of the request; needs {@code
 *     zeroCopy}
 * @param combineFlag the combined mode's flag in {@code ioprio}, or 0 for paired completions
 */
public record SendMode(boolean zeroCopy, boolean adaptive, int combineFlag) {
  /** SEND for everything. */
  public static final SendMode COPY = new SendMode(false, false, 0);

  /** SEND_ZC for everything. */
  public static SendMode zeroCopy(int combineFlag) {
    return new SendMode(true, false, combineFlag);
  }

  /** SEND_ZC where it pays. */
  public static SendMode adaptive(int combineFlag) {
    return new SendMode(true, true, combineFlag);
  }
}
