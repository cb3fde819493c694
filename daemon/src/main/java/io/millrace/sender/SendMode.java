package io.millrace.sender;

/**
 * How a ring sends.
 *
 * @param zeroCopy SEND_ZC from registered buffers; otherwise SEND, which copies
 * @param combineFlag the combined mode's flag in {@code ioprio}, or 0 for paired completions
 */
public record SendMode(boolean zeroCopy, int combineFlag) {}
