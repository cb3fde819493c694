package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.PrometheusServer;
import io.millrace.loadtest.harness.ReceiverProcess;
import io.millrace.loadtest.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Debian's Prometheus scrapes a running daemon: the names pass promtool, the rules pass their own
 * tests, and every query of the Grafana dashboard finds something.
 */
final class PrometheusScenario implements Scenario {
  private static final int PER_SECOND = 2000;
  private static final Duration SCRAPED = Duration.ofSeconds(40);

  /** What Grafana puts in; the rate needs two scrapes, one a second. */
  private static final String RATE_INTERVAL = "10s";

  @Override
  public String name() {
    return "prometheus";
  }

  @Override
  public String description() {
    return "Prometheus scrapes the daemon; rules, alerts, and every query of the dashboard";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    String missing = PrometheusServer.missing();
    if (missing != null) {
      return Outcome.skipped(name(), missing);
    }
    int seconds = quick ? 30 : 60;
    int datagrams = PER_SECOND * seconds;
    int port = Admin.freePort();
    ReceiverProcess receiver =
        Steps.receiver(lab, "prometheus", 1, datagrams, List.of("--sequenced", "yes"));
    String configuration =
        Configuration.rings(1).admin(port).stream(
                "scraped",
                Configuration.generator(1000, datagrams),
                Configuration.datagramsPerSecond(PER_SECOND),
                receiver.addresses())
            .text();
    List<String> problems = new ArrayList<>();
    try (DaemonProcess daemon =
        lab.startDaemon("prometheus", List.of(), configuration, List.of("--exit-when-done"))) {
      Admin.await(daemon.process(), port);
      check(problems, List.of("bash", "-c", scrape(port) + " | promtool check metrics"));
      Path rules = lab.root().resolve("deploy/prometheus");
      check(problems, promtool("check", "config", rules.resolve("prometheus.yml").toString()));
      check(
          problems, promtool("test", "rules", rules.resolve("millrace.rules.test.yml").toString()));
      try (PrometheusServer prometheus = PrometheusServer.start(lab, port, rules)) {
        // A rate is one only when its window is full.
        prometheus.await(
            "count_over_time(millrace_ring_in_flight[%s]) >= 9".formatted(RATE_INTERVAL), SCRAPED);
        check(prometheus, problems);
        queries(lab.root()).stream()
            .filter(query -> !prometheus.finds(query))
            .forEach(query -> problems.add("finds nothing: " + query));
      }
      DaemonSummary sender = daemon.finish(Steps.PATIENCE);
      Outcome outcome =
          Outcome.of(name(), sender, List.of(receiver.finish(Steps.LAST_ARRIVALS)))
              .expectWhole(datagrams)
              .figure("queries", queries(lab.root()).size());
      problems.forEach(problem -> outcome.expect(false, problem));
      return outcome;
    }
  }

  /** What it has scraped is what the daemon counts, to the datagrams of two seconds. */
  private static void check(PrometheusServer prometheus, List<String> problems) {
    double rate =
        prometheus.value("sum(rate(millrace_target_datagrams_total[%s]))".formatted(RATE_INTERVAL));
    if (Math.abs(rate - PER_SECOND) > PER_SECOND * 0.2) {
      problems.add("Prometheus sees %.0f datagrams/s of %d".formatted(rate, PER_SECOND));
    }
  }

  private static String scrape(int port) {
    return "exec 3<>/dev/tcp/127.0.0.1/%d; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; sed '1,/^\\r$/d' <&3"
        .formatted(port);
  }

  private static List<String> promtool(String... arguments) {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    return command;
  }

  private static void check(List<String> problems, List<String> command) {
    try {
      ManagedProcess.run(command);
    } catch (HarnessException refused) {
      problems.add(String.valueOf(refused.getMessage()));
    }
  }

  /** The dashboard's queries, with Grafana's variables put in. */
  private static List<String> queries(Path root) {
    List<String> queries = new ArrayList<>();
    for (JsonNode panel : Json.read(root.resolve("deploy/grafana/millrace.json")).path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(
            target
                .path("expr")
                .asText()
                .replace("$__rate_interval", RATE_INTERVAL)
                .replace("$instance", ".*")
                .replace("$stream", ".*"));
      }
    }
    return queries;
  }
}
