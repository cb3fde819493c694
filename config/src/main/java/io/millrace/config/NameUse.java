package io.millrace.config;

import java.time.Duration;

/**
 * How a target uses its name.
 *
 * @param addresses which addresses of the name get datagrams
 * @param refresh how often it is asked for again, 100 ms to 1 day; where targets of one name
 *     differ, the shortest counts
 */
public record NameUse(NameAddresses addresses, Duration refresh) {}
