package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Two sequenced streams, one as fast as it can and one at a pace, while others are added, changed,
 * replaced and removed beside them on the same ring: neither misses or repeats a datagram, and what
 * came is gone at the end.
 */
final class ReloadScenario implements Scenario {
  private static final int FULL_RELOADS = 100;
  private static final int QUICK_RELOADS = 24;
  private static final int ROUND = 4;
  private static final int BYTES = 1000;
  private static final int PACE = 1000;
  private static final long BETWEEN_MS = 50;

  /** Late beyond this is what a reload must not make a datagram. A bucket of the histogram. */
  private static final String LATE_SECONDS = "0.065536";

  private static final double ON_TIME = 0.99;

  @Override
  public String name() {
    return "reload";
  }

  @Override
  public String description() {
    return "100 reloads that add, change, replace and remove streams: two others miss nothing";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    lab.prepareDaemon();
    int reloads = quick ? QUICK_RELOADS : FULL_RELOADS;
    List<String> large = List.of("--sequenced", "yes", "--receive-buffer", "67108864");
    ReceiverProcess fast = Steps.receiver(lab, "fast", 1, Long.MAX_VALUE, large);
    ReceiverProcess paced = Steps.receiver(lab, "paced", 1, Long.MAX_VALUE, large);
    try (DatagramSocket one = sink();
        DatagramSocket two = sink()) {
      int port = Admin.freePort();
      List<String> sinks = List.of(address(one), address(two));
      DaemonProcess daemon =
          lab.startDaemon(name(), List.of(), text(port, fast, paced, sinks, 0), List.of());
      Admin admin = Admin.await(daemon.process(), port);
      Path file = lab.folder().resolve(name() + ".conf");
      int socketsAfterFirstRound = 0;
      double beganNs = System.nanoTime();
      for (int reload = 1; reload <= reloads; reload++) {
        write(file, text(port, fast, paced, sinks, reload));
        admin.post("/-/reload");
        pause(BETWEEN_MS);
        if (reload == ROUND) {
          socketsAfterFirstRound = settledSockets(daemon.process().pid(), 0);
        }
      }
      double seconds = (System.nanoTime() - beganNs) / 1e9;
      int sockets = settledSockets(daemon.process().pid(), socketsAfterFirstRound);
      Metrics metrics = Metrics.fetch(port);
      daemon.process().terminate();
      DaemonSummary summary = daemon.finish(Steps.PATIENCE);
      JsonNode fastReceived = fast.finish(Duration.ofSeconds(1));
      JsonNode pacedReceived = paced.finish(Duration.ofSeconds(1));
      Outcome outcome = Outcome.of(name(), summary, List.of(fastReceived, pacedReceived));
      outcome.figure("reloads", reloads).figure("reload_seconds", seconds);
      outcome
          .figure("sockets_after_first_round", socketsAfterFirstRound)
          .figure("sockets", sockets);
      outcome.expect(
          sockets <= socketsAfterFirstRound,
          "%d sockets at the end, %d after the first round"
              .formatted(sockets, socketsAfterFirstRound));
      expectWhole(outcome, summary, "fast", fastReceived);
      expectWhole(outcome, summary, "paced", pacedReceived);
      expectOnTime(outcome, metrics);
      expectNothingLeft(outcome, summary, reloads);
      return outcome;
    } catch (SocketException failure) {
      throw new HarnessException("no UDP socket: " + failure.getMessage(), failure);
    }
  }

  /** The configuration after so many reloads; it comes back to the first every {@link #ROUND}. */
  private static String text(
      int port, ReceiverProcess fast, ReceiverProcess paced, List<String> sinks, int reload) {
    String endless = "type = generator, datagram-size = %d, sequenced = true".formatted(BYTES);
    Configuration configuration =
        Configuration.rings(1).admin(port).with("admin.control = true").stream(
            "fast", endless, "= unlimited", fast.addresses())
            .stream("paced", endless, "= %d/s".formatted(PACE), paced.addresses());
    String other = "type = generator, datagram-size = ";
    switch (reload % ROUND) {
      case 1 ->
          configuration.stream("changed", other + 100, "= 100/s", sinks.subList(0, 1)).stream(
              "replaced", other + 100, "= 100/s", sinks);
      case 2 ->
          configuration.stream("changed", other + 100, "= 1 Mbit/s", sinks).stream(
              "replaced", other + 200, "= unlimited", sinks.subList(1, 2));
      case 3 -> configuration.stream("changed", other + 100, "= unlimited", sinks.subList(1, 2));
      default -> {}
    }
    return configuration.text();
  }

  /** All that was sent came, but for what the receiver's own socket had no room for. */
  private static void expectWhole(
      Outcome outcome, DaemonSummary summary, String stream, JsonNode received) {
    DaemonSummary.Flow flow =
        summary.flows().stream()
            .filter(each -> each.stream().equals(stream))
            .findFirst()
            .orElseThrow(() -> new HarnessException("no stream " + stream + " in the summary"));
    long datagrams = received.path("datagrams").longValue();
    long unreceived = Math.max(0, received.path("kernel_drops").longValue());
    long lost = received.path("lost").longValue();
    outcome.expect(
        flow.droppedDatagrams() == 0, "%s: dropped %s".formatted(stream, flow.dropped()));
    outcome.expect(
        flow.datagrams() == datagrams + unreceived,
        "%s: %d sent, %d received and %d dropped by the receiver's socket"
            .formatted(stream, flow.datagrams(), datagrams, unreceived));
    outcome.expect(
        lost <= unreceived,
        "%s: %d are missing, and the receiver's socket dropped %d"
            .formatted(stream, lost, unreceived));
    for (String fault : List.of("duplicated", "reordered")) {
      long count = received.path(fault).longValue();
      outcome.expect(count == 0, "%s: %d %s".formatted(stream, count, fault));
    }
  }

  private static void expectOnTime(Outcome outcome, Metrics metrics) {
    String lateness = "millrace_stream_lateness_seconds";
    double onTime =
        metrics.value(lateness + "_bucket", "stream=\"paced\"", "le=\"" + LATE_SECONDS + "\"")
            / metrics.value(lateness + "_count", "stream=\"paced\"");
    outcome.figure("paced_within_66_ms", onTime);
    outcome.expect(
        onTime >= ON_TIME,
        "%.2f %% of the paced stream were less than %s s late"
            .formatted(100 * onTime, LATE_SECONDS));
  }

  private static void expectNothingLeft(Outcome outcome, DaemonSummary summary, int reloads) {
    for (JsonNode ring : summary.rings()) {
      outcome.expect(
          ring.path("pool_slots_free").equals(ring.path("pool_slots")),
          "%s of %s slots came back"
              .formatted(ring.path("pool_slots_free"), ring.path("pool_slots")));
    }
    JsonNode removed = summary.json().path("removed");
    // "changed" to two targets, "replaced" to two, summed up by name.
    outcome.expect(
        removed.size() == (reloads >= ROUND ? 4 : removed.size()),
        "%d removed targets in the summary instead of 4".formatted(removed.size()));
    for (JsonNode target : removed) {
      long outcomes = target.path("datagrams").longValue();
      for (JsonNode reason : target.path("dropped")) {
        outcomes += reason.longValue();
      }
      outcome.expect(
          target.path("offered").longValue() == outcomes && outcomes > 0,
          "the books of a removed target don't close: " + target);
    }
  }

  /** Sockets of a process, once they are no more than that, or after some seconds. */
  private static int settledSockets(long pid, int atMost) {
    int sockets = Admin.udpSockets(pid);
    for (int look = 0; look < 60 && sockets > atMost; look++) {
      pause(BETWEEN_MS);
      sockets = Admin.udpSockets(pid);
    }
    return sockets;
  }

  private static DatagramSocket sink() throws SocketException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static String address(DatagramSocket sink) {
    return "127.0.0.1:" + sink.getLocalPort();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException failure) {
      throw new HarnessException("can't write " + file + ": " + failure, failure);
    }
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }
}
