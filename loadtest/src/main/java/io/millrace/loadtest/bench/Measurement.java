package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.text.Json;

/**
 * What one run of one sender did, in the same terms for both.
 *
 * @param window without the first seconds; the other counts are of the whole run
 * @param seconds from the first to the last request
 * @param failed requests that the kernel refused
 * @param userSeconds CPU time of the sender's thread alone
 */
record Measurement(
    SteadyWindow window,
    long requests,
    long failed,
    double seconds,
    long cqes,
    long enters,
    double userSeconds,
    double systemSeconds) {

  static Measurement ofReference(JsonNode report, SteadyWindow window) {
    return new Measurement(
        window,
        report.path("requests").longValue(),
        report.path("errors").longValue(),
        report.path("seconds").doubleValue(),
        report.path("cqes").longValue(),
        report.path("enters").longValue(),
        report.path("user_seconds").doubleValue(),
        report.path("system_seconds").doubleValue());
  }

  static Measurement ofDaemon(DaemonSummary summary, SteadyWindow window) {
    return new Measurement(
        window,
        (long) summary.ringTotal("requests"),
        // What was still to go to some of the targets at the end was never a request.
        summary.total(flow -> flow.droppedDatagrams() - flow.dropped("stopped")),
        summary.longestSeconds(),
        (long) summary.ringTotal("cqes"),
        (long) summary.ringTotal("enters"),
        summary.ringTotal("user_seconds"),
        summary.ringTotal("system_seconds"));
  }

  /** In the window; a request is a datagram. */
  double requestsPerSecond() {
    return window.packetsPerSecond();
  }

  /** With the first seconds, in which a JVM compiles. */
  double wholeRunPerSecond() {
    return seconds > 0 ? requests / seconds : 0;
  }

  double userShare() {
    return window.cpu().userShare();
  }

  double cqesPerRequest() {
    return requests > 0 ? (double) cqes / requests : 0;
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("requests", requests);
    json.put("failed", failed);
    json.put("seconds", Json.round(seconds, 6));
    json.put("requests_per_second", Json.round(requestsPerSecond(), 0));
    json.put("whole_run_requests_per_second", Json.round(wholeRunPerSecond(), 0));
    json.put("cqes", cqes);
    json.put("enters", enters);
    json.put("cqes_per_request", Json.round(cqesPerRequest(), 4));
    json.put("user_seconds", Json.round(userSeconds, 6));
    json.put("system_seconds", Json.round(systemSeconds, 6));
    json.put("window_seconds", Json.round(window.seconds(), 3));
    json.put("window_user_seconds", Json.round(window.cpu().userSeconds(), 2));
    json.put("window_system_seconds", Json.round(window.cpu().systemSeconds(), 2));
    json.put("user_share", Json.round(userShare(), 5));
    return json;
  }
}
