package io.millrace.stream;

import org.jspecify.annotations.Nullable;

/** Where a thread that fills slots hands them over. One filling thread. */
public interface SlotSink {
  /**
   * Hands over a claimed and filled slot; it is the sender's from then on.
   *
   * @return false if there is no room now: the slot is still the caller's, who tries again
   */
  boolean filled(int slot, int payloadBytes);

  /** Something in the input is worth a line in the log; not often. */
  default void noticed(String what) {
    // Nobody has to care.
  }

  /**
   * Says that no slot will follow.
   *
   * @param failure what broke off the source, or null at its proper end
   * @return false if there is no room now: to be tried again
   */
  boolean ended(@Nullable String failure);
}
