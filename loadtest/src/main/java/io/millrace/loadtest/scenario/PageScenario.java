package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.BrowserPage;
import io.millrace.loadtest.harness.Chromium;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The live page in Chromium: what it shows is what the metrics say, its buttons do what they say,
 * it fits a phone and both themes, it asks nobody but the daemon, and 1,000 targets cost the
 * browser little.
 */
final class PageScenario implements Scenario {
  private static final int TARGETS = 1_000;
  private static final String TOKEN = "token of the page scenario";

  private static final String FIRST = "first";
  private static final String SECOND = "second";
  private static final String FAN = "fan";
  private static final String DEAD = "dead";
  private static final List<String> STREAMS = List.of(DEAD, FAN, FIRST, SECOND);

  private static final int FIRST_PER_SECOND = 2_000;
  private static final int SECOND_PER_SECOND = 1_000;
  private static final int CHANGED_PER_SECOND = 5_000;

  /** Of CPU time of the page's main thread in each second, with all targets there. */
  private static final double MOST_BUSY_MS = 100;

  /** A page that was never told that the events ended would wait for ever. */
  private static final Duration NOTICED = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "page";
  }

  @Override
  public String description() {
    return "the live page in Chromium: figures, buttons, themes, a phone, 1,000 targets";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    String missing = Chromium.missing();
    if (missing != null) {
      return Outcome.skipped(name(), missing);
    }
    int port = Admin.freePort();
    try (DatagramSocket sink = new DatagramSocket();
        DaemonProcess daemon =
            lab.startDaemon(name(), List.of(), configuration(lab, port, sink), List.of());
        Chromium chromium = Chromium.start(lab);
        BrowserPage page = chromium.open()) {
      Admin.await(daemon.process(), port);
      String origin = "http://127.0.0.1:" + port + "/";
      Checks checks = new Checks(page, port);
      page.resize(1280, 900, false);
      page.prefer("light");
      page.go(origin);
      checks.live.awaitStreams(STREAMS.size());
      checks.buttons();
      checks.targets();
      double busyMs = checks.busy(quick ? 5 : 20);
      checks.looks();
      checks.figures();
      daemon.process().terminate();
      page.await("document.getElementById('feed').dataset.state === 'lost'", NOTICED);
      checks.requests(origin);
      DaemonSummary sender = daemon.finish(Steps.PATIENCE);
      Outcome outcome =
          Outcome.of(name(), sender, List.of()).figure("page_busy_ms_per_second", busyMs);
      checks.problems.forEach(problem -> outcome.expect(false, problem));
      return outcome;
    } catch (SocketException noPort) {
      throw new HarnessException("no UDP port: " + noPort, noPort);
    }
  }

  /**
   * All targets but the dead one are addresses of the loopback network, on one port: the sink's.
   */
  private static String configuration(Lab lab, int port, DatagramSocket sink) {
    Path token = lab.folder().resolve("token");
    try {
      Files.writeString(token, TOKEN + "\n");
    } catch (IOException failure) {
      throw new HarnessException("can't write " + token + ": " + failure, failure);
    }
    List<String> fan = new ArrayList<>();
    for (int target = 0; target < TARGETS; target++) {
      fan.add("127.1.%d.%d:%d".formatted(target / 250, 1 + target % 250, sink.getLocalPort()));
    }
    String one = "127.0.0.1:" + sink.getLocalPort();
    String closed = "127.0.0.1:" + freePort();
    return Configuration.rings(1)
        .admin(port)
        .with("admin { control = true, token-file = \"%s\" }".formatted(token))
        .stream(FIRST, endless(1000), perSecond(FIRST_PER_SECOND), List.of(one))
        .stream(SECOND, endless(200), perSecond(SECOND_PER_SECOND), List.of(one))
        .stream(FAN, endless(100), perSecond(2), fan)
        .stream(DEAD, endless(100), perSecond(500), List.of(closed))
        .text();
  }

  private static String endless(int datagramBytes) {
    return "type = generator, datagram-size = %d".formatted(datagramBytes);
  }

  private static String perSecond(int rate) {
    return Configuration.datagramsPerSecond(rate);
  }

  private static int freePort() {
    try (DatagramSocket socket = new DatagramSocket()) {
      return socket.getLocalPort();
    } catch (SocketException failure) {
      throw new HarnessException("no free port: " + failure, failure);
    }
  }

  /** What is looked at, a method each, and what of it was not as it should be. */
  private static final class Checks {
    private static final String TARGETS_NOTE =
        "document.getElementById('targets-note').textContent";

    final List<String> problems = new ArrayList<>();
    final LivePage live;
    private final BrowserPage page;
    private final int port;

    Checks(BrowserPage page, int port) {
      this.page = page;
      this.port = port;
      live = new LivePage(page);
    }

    private void expect(boolean condition, String problem) {
      if (!condition) {
        problems.add(problem);
      }
    }

    /** A paused stream's line drops, and goes up again; a rate is what was asked for. */
    void buttons() {
      live.awaitPlotted(FIRST, FIRST_PER_SECOND * 0.5, FIRST_PER_SECOND * 1.5);
      live.press(FIRST, "pause");
      live.answer("Token", "not the token");
      live.awaitNote("That was not");
      live.answer("Token", TOKEN);
      live.awaitState(FIRST, "paused");
      live.awaitPlotted(FIRST, 0, 0);
      live.awaitPlotted(SECOND, SECOND_PER_SECOND * 0.5, SECOND_PER_SECOND * 1.5);
      live.press(FIRST, "pause");
      live.awaitState(FIRST, "running");
      live.awaitPlotted(FIRST, FIRST_PER_SECOND * 0.5, FIRST_PER_SECOND * 1.5);
      live.press(FIRST, "rate");
      live.answer("Rate of " + FIRST, CHANGED_PER_SECOND + "/s");
      live.awaitPlotted(FIRST, CHANGED_PER_SECOND * 0.5, CHANGED_PER_SECOND * 1.5);
      live.press(FIRST, "rate");
      live.answer("Rate of " + FIRST, "fast");
      page.await(
          "document.getElementById('message').textContent.includes('fast')", LivePage.PATIENCE);
    }

    /** The window of the targets: the one that drops comes first, and a filter finds the others. */
    void targets() {
      page.evaluate("document.getElementById('targets-section').scrollIntoView()");
      page.await(TARGETS_NOTE + " === '1 to 25 of 1,003'", LivePage.PATIENCE);
      page.await(
          "document.querySelector('#targets tbody tr').cells[1].textContent === 'dead'",
          LivePage.PATIENCE);
      page.evaluate("document.getElementById('filter').focus()");
      page.type("127.1.3.250");
      page.await(TARGETS_NOTE + " === '1 to 1 of 1 that match, 1,003 in all'", LivePage.PATIENCE);
      page.evaluate("document.querySelector('#targets button').click()");
      page.await(
          "document.getElementById('target').open &&"
              + " document.getElementById('target-facts').textContent.includes('zero copy reason')",
          LivePage.PATIENCE);
      page.evaluate(
          "document.getElementById('target').close(); const filter ="
              + " document.getElementById('filter'); filter.value = ''; filter.dispatchEvent(new"
              + " Event('input'))");
      page.await(TARGETS_NOTE + " === '1 to 25 of 1,003'", LivePage.PATIENCE);
      page.evaluate("document.getElementById('next').click()");
      page.await(TARGETS_NOTE + " === '26 to 50 of 1,003'", LivePage.PATIENCE);
    }

    /** CPU time of the main thread, in ms for each second; the page must not grow meanwhile. */
    double busy(int seconds) {
      double nodes = page.metric("Nodes");
      double before = page.metric("TaskDuration");
      long beganNs = System.nanoTime();
      LockSupport.parkNanos(Duration.ofSeconds(seconds).toNanos());
      double passed = (System.nanoTime() - beganNs) / 1e9;
      double busyMs = (page.metric("TaskDuration") - before) / passed * 1e3;
      double grown = page.metric("Nodes") - nodes;
      expect(
          busyMs < MOST_BUSY_MS,
          "the page keeps its thread busy for %.0f ms in each second".formatted(busyMs));
      // Texts that are replaced wait for the garbage collection; rows made anew would be thousands.
      expect(grown < 2_000, "%.0f more nodes after %d s".formatted(grown, seconds));
      return busyMs;
    }

    /** Both themes, by the system and by the switch; a phone; names and contrast. */
    void looks() {
      String light = live.background();
      live.faint().forEach(text -> problems.add("faint in the light: " + text));
      page.prefer("dark");
      String dark = live.background();
      expect(!dark.equals(light), "the dark page is " + dark + " too");
      live.faint().forEach(text -> problems.add("faint in the dark: " + text));
      page.evaluate("document.getElementById('theme').click()");
      expect(live.background().equals(light), "the switch to light makes it " + live.background());
      page.evaluate("document.getElementById('theme').click()");
      page.prefer("light");
      expect(live.background().equals(dark), "the switch to dark makes it " + live.background());
      live.nameless().forEach(role -> problems.add("a " + role + " without a name"));
      int stops = live.tabStops(12);
      expect(stops >= 10, "Tab finds only %d things".formatted(stops));
      for (int width : new int[] {320, 390, 768, 1100}) {
        page.resize(width, 800, width < 500);
        expect(live.overflow() <= 0, "%d px too wide at %d px".formatted(live.overflow(), width));
      }
      page.resize(1280, 900, false);
    }

    /** With every stream paused, each figure is the metrics' own, to the datagram. */
    void figures() {
      for (String stream : STREAMS) {
        live.press(stream, "pause");
        live.awaitState(stream, "paused");
      }
      STREAMS.forEach(stream -> live.awaitPlotted(stream, 0, 0));
      page.evaluate("document.getElementById('next').click()");
      page.await(TARGETS_NOTE + " === '51 to 75 of 1,003'", LivePage.PATIENCE);
      Metrics metrics = Metrics.fetch(port);
      for (String stream : STREAMS) {
        String label = "stream=\"" + stream + '"';
        equal(
            stream + ": sent",
            live.number("streams", stream, "Sent"),
            metrics.sum("millrace_target_datagrams_total", label));
        expectDrops(stream, metrics.sum("millrace_target_dropped_datagrams_total", label));
      }
      String ring = "ring 0";
      equal(
          "requests",
          live.number("rings", ring, "Requests"),
          metrics.sum("millrace_ring_requests_total"));
      equal("CQEs", live.number("rings", ring, "CQEs"), metrics.sum("millrace_ring_cqes_total"));
      equal(
          "in flight",
          live.number("rings", ring, "In flight"),
          metrics.sum("millrace_ring_in_flight"));
      equal(
          "slots in use",
          live.number("rings", ring, "Slots in use"),
          metrics.sum("millrace_pool_slots") - metrics.sum("millrace_pool_slots_free"));
      windowEqual(metrics);
    }

    private void expectDrops(String stream, double dropped) {
      double shown = 0;
      for (String part : live.text("streams", stream, "Dropped").split(", ", -1)) {
        shown += LivePage.number(part);
      }
      equal(stream + ": dropped", shown, dropped);
      expect(dropped > 0 == stream.equals(DEAD), "%s: %,.0f dropped".formatted(stream, dropped));
    }

    /** The window of the targets shows the metrics of each of its targets. */
    private void windowEqual(Metrics metrics) {
      JsonNode rows =
          page.evaluate(
              "[...document.querySelectorAll('#targets tbody tr')].map(row =>"
                  + " [...row.cells].map(cell => cell.textContent))");
      expect(rows.size() == 25, "%d rows".formatted(rows.size()));
      for (JsonNode row : rows) {
        equal(
            row.path(0).asText() + ": sent",
            LivePage.number(row.path(6).asText()),
            metrics.value(
                "millrace_target_datagrams_total",
                "stream=\"%s\"".formatted(row.path(1).asText()),
                "target=\"%s\"".formatted(row.path(0).asText())));
      }
    }

    private void equal(String what, double shown, double counted) {
      expect(
          shown == counted,
          "%s: the page shows %,.0f, the metrics say %,.0f".formatted(what, shown, counted));
    }

    /** Nothing was asked of anybody else, and nothing went wrong but what was meant to. */
    void requests(String origin) {
      List<String> requests = page.requests();
      expect(requests.size() > 20, "%d requests seen".formatted(requests.size()));
      requests.stream()
          .filter(request -> !request.startsWith(origin))
          .distinct()
          .forEach(request -> problems.add("asks elsewhere: " + request));
      page.complaints().stream()
          // A wrong token, a rate that is none, and the daemon's end.
          .filter(
              complaint ->
                  !complaint.matches(
                      ".*(status of 40[01]|ERR_CONNECTION_|ERR_INCOMPLETE_|ERR_EMPTY_).*"))
          .distinct()
          .limit(5)
          .forEach(complaint -> problems.add("the browser complains: " + complaint));
    }
  }
}
