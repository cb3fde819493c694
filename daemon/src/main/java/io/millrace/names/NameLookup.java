package io.millrace.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks for the addresses of a name. Any thread, several at a time. */
@FunctionalInterface
public interface NameLookup {
  /**
   * Asks, and blocks until there is an answer: whoever has no time asks {@link Names}.
   *
   * @param name a host name, no address
   * @return at least one address, in the order in which they are to be tried
   * @throws UnknownHostException if there is none, or if nobody answers
   */
  List<InetAddress> addresses(String name) throws UnknownHostException;
}
