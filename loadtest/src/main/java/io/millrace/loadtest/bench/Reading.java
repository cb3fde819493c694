package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.ThreadTimes;
import io.millrace.loadtest.text.Json;

/**
 * What one run of one contender did.
 *
 * @param seconds of the window
 * @param datagrams that arrived in the window
 * @param requests packets that arrived in the window: trains count once
 * @param cpu of the sender, spent on {@code paidFor} datagrams
 * @param paidFor datagrams that the CPU time was spent on
 * @param sent in the whole run, by the sender's own count; {@link #UNKNOWN} for peers
 * @param arrived in the whole run, by the far side's count
 * @param failed datagrams or requests that the kernel refused
 */
record Reading(
    double seconds,
    long datagrams,
    long requests,
    ThreadTimes cpu,
    long paidFor,
    long sent,
    long arrived,
    long failed) {
  static final long UNKNOWN = -1;
  private static final double NS_PER_SECOND = 1e9;

  /** From a window on the link. */
  static Reading of(SteadyWindow window, int bytes, long sent, long arrived, long failed) {
    long datagrams = window.arrivals().datagrams(bytes);
    long packets = window.arrivals().packets();
    return new Reading(
        window.seconds(), datagrams, packets, window.cpu(), datagrams, sent, arrived, failed);
  }

  double datagramsPerSecond() {
    return seconds > 0 ? datagrams / seconds : 0;
  }

  double datagramsPerRequest() {
    return requests > 0 ? (double) datagrams / requests : 0;
  }

  /** User-mode CPU time per datagram. */
  double userNs() {
    return paidFor > 0 ? cpu.userSeconds() * NS_PER_SECOND / paidFor : 0;
  }

  /** Kernel CPU time per datagram. */
  double systemNs() {
    return paidFor > 0 ? cpu.systemSeconds() * NS_PER_SECOND / paidFor : 0;
  }

  double cpuNs() {
    return userNs() + systemNs();
  }

  /** CPU time of the sender per second of the window. */
  double cpusBusy() {
    return seconds > 0 ? (cpu.userSeconds() + cpu.systemSeconds()) / seconds : 0;
  }

  /** Arrived over sent; not a number where the sender doesn't say. */
  double deliveredShare() {
    return sent > 0 ? (double) arrived / sent : Double.NaN;
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("datagrams_per_second", Json.round(datagramsPerSecond(), 0));
    json.put("datagrams_per_request", Json.round(datagramsPerRequest(), 2));
    json.put("user_ns", Json.round(userNs(), 2));
    json.put("system_ns", Json.round(systemNs(), 2));
    json.put("seconds", Json.round(seconds, 3));
    json.put("datagrams", datagrams);
    json.put("requests", requests);
    json.put("sent", sent == UNKNOWN ? null : (Long) sent);
    json.put("arrived", arrived);
    json.put("failed", failed);
    return json;
  }
}
