package io.millrace.stream;

import io.millrace.counters.TargetCounters;

/**
 * One destination of one stream.
 *
 * @param index its number on the ring: the index of its registered socket
 * @param label as configured
 * @param fd its socket, for changing options while the ring runs
 * @param longestTrain datagrams that one request to it may carry; 1: its socket doesn't segment
 * @param txTime whether its datagrams bring the times at which they are to leave
 */
public record Target(
    int index, String label, int fd, int longestTrain, TxTime txTime, TargetCounters counters) {
  /** One whose datagrams leave when they are handed over. */
  public Target(int index, String label, int fd, int longestTrain, TargetCounters counters) {
    this(index, label, fd, longestTrain, TxTime.NONE, counters);
  }
}
