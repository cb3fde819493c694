package io.millrace.loadtest.receiver;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What to receive, and until when.
 *
 * @param listen the first port's address; port 0: any free one
 * @param ports how many ports from there on (with port 0: so many free ones)
 * @param expectDatagrams end after so many over all ports; 0: no such end
 * @param idleTimeout end when, after the first datagram, none arrives for so long
 * @param maxTime end after so long, whatever arrives; zero: no such end
 * @param receiveBufferBytes asked of the kernel for each socket
 * @param cpu pin the receiving threads to it; -1: don't
 * @param sequenced whether payloads begin with the sequence header
 * @param write a file for the payload bytes in arrival order, or null; needs ports = 1
 * @param writeTimes a file for when each came and how long it was ({@link Arrival}), or null; needs
 *     ports = 1
 */
public record ReceiverSettings(
    InetSocketAddress listen,
    int ports,
    long expectDatagrams,
    Duration idleTimeout,
    Duration maxTime,
    int receiveBufferBytes,
    int cpu,
    Sequenced sequenced,
    @Nullable Path write,
    @Nullable Path writeTimes) {

  /** Without a file of times. */
  public ReceiverSettings(
      InetSocketAddress listen,
      int ports,
      long expectDatagrams,
      Duration idleTimeout,
      Duration maxTime,
      int receiveBufferBytes,
      int cpu,
      Sequenced sequenced,
      @Nullable Path write) {
    this(
        listen,
        ports,
        expectDatagrams,
        idleTimeout,
        maxTime,
        receiveBufferBytes,
        cpu,
        sequenced,
        write,
        null);
  }

  /** Whether payloads begin with the sequence header; AUTO judges by the first datagram. */
  public enum Sequenced {
    AUTO,
    YES,
    NO
  }
}
