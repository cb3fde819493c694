package io.millrace.stream;

import io.millrace.counters.TargetCounters;

/**
 * One destination of one stream.
 *
 * @param index its number on the ring: the index of its registered socket
 * @param label as configured
 */
public record Target(int index, String label, TargetCounters counters) {}
