package io.millrace.loadtest.soak;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import java.util.ArrayList;
import java.util.List;

/** The books of a daemon's status: what came in went out, or was dropped for a reason. */
final class SoakBooks {
  private SoakBooks() {}

  static long inFlight(JsonNode rings) {
    long sum = 0;
    for (JsonNode ring : rings) {
      sum += ring.path("in_flight").longValue();
    }
    return sum;
  }

  /** What doesn't close of a daemon in which nothing is in flight. */
  static List<String> problems(JsonNode status) {
    List<String> problems = new ArrayList<>();
    for (JsonNode ring : status.path("rings")) {
      if (ring.path("requests").longValue() != ring.path("completions").longValue()) {
        problems.add("the books of a ring don't close: " + ring);
      }
    }
    for (JsonNode stream : status.path("streams")) {
      stream.path("targets").forEach(target -> addIfOpen(problems, target));
    }
    status.path("removed").forEach(target -> addIfOpen(problems, target));
    return problems;
  }

  private static void addIfOpen(List<String> problems, JsonNode target) {
    if (target.path("offered").longValue()
        != target.path("datagrams").longValue() + dropped(target)) {
      problems.add("the books of a target don't close: " + target);
    }
  }

  static long dropped(JsonNode target) {
    long sum = 0;
    for (JsonNode reason : target.path("dropped")) {
      sum += reason.longValue();
    }
    return sum;
  }

  /** After the end every slot has come back. */
  static List<String> slotsAreFree(DaemonSummary summary) {
    List<String> problems = new ArrayList<>();
    for (JsonNode ring : summary.rings()) {
      if (!ring.path("pool_slots_free").equals(ring.path("pool_slots"))) {
        problems.add("slots have not come back: " + ring);
      }
    }
    return problems;
  }
}
