package io.millrace.names;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a name.
 *
 * @param addresses of the last good answer, each once, in its order; empty: there was none yet
 * @param failure why the last question had no good answer; null: it had, or was not asked
 */
public record Answer(List<InetAddress> addresses, @Nullable String failure) {
  static final Answer NOTHING = new Answer(List.of(), null);

  public Answer {
    addresses = List.copyOf(addresses);
  }

  /** Whether there is an address to send to. */
  public boolean isUsable() {
    return !addresses.isEmpty();
  }
}
