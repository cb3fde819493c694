package io.millrace.config;

import java.time.Duration;

/**
 * {@code millrace.names}: how targets that are names become addresses.
 *
 * @param refresh how often a name is asked for again, 100 ms to 1 day; a target may say otherwise
 * @param jitter by what part of {@code refresh} the time of each question is moved at random, 0 to
 *     0.5
 * @param timeout how long to wait for an answer, 10 ms to 1 minute
 * @param addresses which addresses of a name get datagrams; a target may say otherwise
 * @param unresolvable what a name without an address is to a start or a change
 * @param family which addresses count
 */
public record NameSettings(
    Duration refresh,
    double jitter,
    Duration timeout,
    NameAddresses addresses,
    Unresolvable unresolvable,
    AddressFamily family) {

  /** How a target uses its name that says nothing of it. */
  public NameUse use() {
    return new NameUse(addresses, refresh);
  }
}
