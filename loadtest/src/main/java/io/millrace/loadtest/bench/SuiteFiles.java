package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Csv;
import io.millrace.loadtest.text.Json;

/** A run's figures for programs: every round of every series, and what they come to. */
final class SuiteFiles {
  private final Figures figures;

  SuiteFiles(Figures figures) {
    this.figures = figures;
  }

  /** One row per contender, traffic and round. */
  String csv() {
    Csv csv =
        new Csv(
            "section",
            "contender",
            "family",
            "mode",
            "bytes",
            "targets",
            "rings",
            "round",
            "datagrams_per_second",
            "datagrams_per_request",
            "user_ns",
            "system_ns",
            "sent",
            "arrived");
    for (Series series : figures.all()) {
      Traffic traffic = series.traffic();
      series
          .rounds()
          .forEach(
              (round, reading) ->
                  csv.add(
                      traffic.section().id(),
                      series.contender().name(),
                      series.contender().family().id(),
                      mode(series),
                      traffic.bytes(),
                      traffic.targets(),
                      traffic.rings(),
                      round,
                      Json.round(reading.datagramsPerSecond(), 0),
                      Json.round(reading.datagramsPerRequest(), 2),
                      Json.round(reading.userNs(), 2),
                      Json.round(reading.systemNs(), 2),
                      reading.sent() == Reading.UNKNOWN ? "" : reading.sent(),
                      reading.arrived()));
    }
    return csv.text();
  }

  private static String mode(Series series) {
    Mode mode = series.contender().mode();
    return mode == null ? "" : mode.id();
  }

  ArrayNode seriesJson() {
    ArrayNode list = Json.array();
    for (Series series : figures.all()) {
      list.add(json(series));
    }
    return list;
  }

  private ObjectNode json(Series series) {
    Traffic traffic = series.traffic();
    ObjectNode json = Json.object();
    json.put("section", traffic.section().id());
    json.put("contender", series.contender().name());
    json.put("family", series.contender().family().id());
    json.put("mode", mode(series));
    json.put("bytes", traffic.bytes());
    json.put("targets", traffic.targets());
    json.put("rings", traffic.rings());
    if (series.notAvailable() != null) {
      json.put("not_available", series.notAvailable());
    }
    if (!series.failures().isEmpty()) {
      ArrayNode failures = json.putArray("failures");
      series.failures().forEach(failures::add);
    }
    if (series.isEmpty()) {
      return json;
    }
    json.set("datagrams_per_second", series.spread(Reading::datagramsPerSecond).json(0));
    json.set("user_ns", series.spread(Reading::userNs).json(2));
    json.set("system_ns", series.spread(Reading::systemNs).json(2));
    putRatio(json, "ratio_to_c", Figures.ratio(series, figures.referenceOf(series)));
    putRatio(json, "ratio_to_one", Figures.ratio(series, figures.oneOf(series)));
    putRatio(json, "ratio_to_static", Figures.ratio(series, figures.staticOf(series)));
    putRatio(json, "ratio_to_unpolled", Figures.ratio(series, figures.unpolledOf(series)));
    putRatio(json, "ratio_to_connected", Figures.ratio(series, figures.connectedOf(series)));
    Spread delivered = series.spread(Reading::deliveredShare);
    putRatio(json, "delivered_share", delivered);
    ArrayNode rounds = json.putArray("rounds");
    series.rounds().forEach((round, reading) -> rounds.add(json(round, reading)));
    return json;
  }

  private static JsonNode json(int round, Reading reading) {
    ObjectNode json = Json.object();
    json.put("round", round);
    json.setAll(reading.json());
    return json;
  }

  private static void putRatio(ObjectNode json, String name, Spread ratio) {
    if (ratio.isKnown()) {
      json.set(name, ratio.json(4));
    }
  }
}
