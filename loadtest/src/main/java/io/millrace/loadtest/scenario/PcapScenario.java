package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import io.millrace.loadtest.receiver.Arrival;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What tcpdump captured while a known sender sent at irregular times arrives again from the daemon:
 * the same payloads, as far apart; and twice as a loop, at another speed. tcpreplay does the same
 * over the same link, for comparison.
 */
final class PcapScenario implements Scenario {
  private static final String TCPDUMP = "tcpdump";
  private static final String TCPREPLAY = "tcpreplay";

  /** Of the same package. */
  private static final String TCPREWRITE = "tcprewrite";

  private static final int PORT = 5004;
  private static final int LOOP_SPEED = 4;

  private static final double MOST_P99_NS = 1e6;

  /** The short form has a thousand intervals, and one stall of the machine spoils dozens. */
  private static final double MOST_QUICK_P50_NS = 250e3;

  private static final Duration READY_PATIENCE = Duration.ofSeconds(30);
  private static final long SETTLE_MS = 500;

  @Override
  public String name() {
    return "pcap";
  }

  @Override
  public String description() {
    return "a capture of tcpdump's arrives as it was captured, within 1 ms (p99); tcpreplay sends"
        + " the same";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    if (!Namespaces.hasTool(TCPDUMP)) {
      return Outcome.skipped(
          name(), "no tcpdump: loadtest/bench --install, or apt-get install -y tcpdump");
    }
    lab.prepareDaemon();
    int count = quick ? 1_000 : 10_000;
    long seed = System.nanoTime();
    Steps.Link link = Steps.Link.open(lab);
    Path file = record(lab, link, seed, count);
    List<Long> captured = CapturedTimes.read(file);
    if (captured.size() != count) {
      return Outcome.broken(
          name(), "tcpdump captured %d of %d datagrams".formatted(captured.size(), count));
    }
    try (RingCpu ringCpu = RingCpu.clear()) {
      Replay replay = new Replay(lab, link, ringCpu, file, captured, seed);
      Outcome outcome = replay.once(quick);
      replay.loop(outcome);
      replay.byTcpreplay(outcome);
      return outcome;
    }
  }

  /** Lets tcpdump watch the far side while the known sender sends. */
  private static Path record(Lab lab, Steps.Link link, long seed, int count) {
    Path file = lab.folder().resolve("captured.pcap");
    List<String> command = new ArrayList<>(Namespaces.prefix(link.receiver()));
    command.addAll(List.of(TCPDUMP, "-i", Steps.Link.RECEIVER_DEVICE, "-w", file.toString()));
    command.addAll(List.of("--time-stamp-precision=nano", "--immediate-mode", "-B", "16384"));
    command.addAll(List.of("-Z", "root", "udp", "dst", "port", String.valueOf(PORT)));
    ReceiverProcess receiver = receiver(lab, link, "recorded", count);
    try (ManagedProcess tcpdump = lab.keep(ManagedProcess.start(TCPDUMP, command))) {
      tcpdump.awaitLines(line -> line.contains("listening on"), 1, READY_PATIENCE);
      List<String> arguments =
          List.of(
              Steps.Link.RECEIVER_ADDRESS,
              String.valueOf(PORT),
              String.valueOf(seed),
              String.valueOf(count));
      ManagedProcess sender =
          lab.startJava(
              "irregular-traffic",
              Namespaces.prefix(link.sender()),
              IrregularTraffic.class.getName(),
              arguments);
      if (sender.awaitExit(Steps.PATIENCE) != 0) {
        throw new HarnessException("the sender: " + sender.tail(5));
      }
      receiver.finish(Steps.LAST_ARRIVALS);
      PacedFlow.pause(SETTLE_MS);
      tcpdump.terminate();
      tcpdump.awaitExit(READY_PATIENCE);
    }
    return file;
  }

  private static ReceiverProcess receiver(Lab lab, Steps.Link link, String name, long count) {
    return Steps.receiver(
        lab,
        name,
        Namespaces.prefix(link.receiver()),
        Steps.Link.RECEIVER_ADDRESS + ":" + PORT,
        1,
        count,
        List.of(
            "--sequenced",
            "no",
            "--write",
            lab.folder().resolve(name + ".bin").toString(),
            "--write-times",
            times(lab, name).toString()));
  }

  private static Path times(Lab lab, String name) {
    return lab.folder().resolve(name + ".times");
  }

  /** What is sent of one capture. */
  private record Replay(
      Lab lab, Steps.Link link, RingCpu ringCpu, Path file, List<Long> captured, long seed) {
    private List<String> daemonPrefix() {
      List<String> prefix = new ArrayList<>(Namespaces.prefix(link.sender()));
      prefix.addAll(ringCpu.daemonPrefix());
      return prefix;
    }

    private String configuration(String more, String pace) {
      return Configuration.rings(1).stream(
              "replayed",
              "type = pcap, path = \"%s\"%s".formatted(file, more),
              pace,
              List.of(Steps.Link.RECEIVER_ADDRESS + ":" + PORT))
          .text();
    }

    private List<Double> wanted(int passes, double speed) {
      double first = captured.getFirst();
      double passNs = captured.getLast() - first;
      double gapNs = passNs / (captured.size() - 1); // loop-gap = auto
      List<Double> wanted = new ArrayList<>();
      for (int pass = 0; pass < passes; pass++) {
        for (long ns : captured) {
          wanted.add((pass * (passNs + gapNs) + ns - first) / speed);
        }
      }
      return wanted;
    }

    /** Every payload in its order, all of it so many times over. */
    private void expectPayloads(Outcome outcome, String who, JsonNode received, int passes) {
      String wanted = IrregularTraffic.sha256(seed, captured.size(), passes);
      outcome.expect(
          received.path("sha256").asText().equals(wanted),
          "%s: %d datagrams of %d received, or other payloads than those that were captured (seed %d)"
              .formatted(
                  who, received.path("datagrams").longValue(), passes * captured.size(), seed));
    }

    private boolean isWhole(JsonNode received, int passes) {
      return received.path("datagrams").longValue() == (long) passes * captured.size();
    }

    Outcome once(boolean quick) {
      ReceiverProcess receiver = receiver(lab, link, "once", captured.size());
      WatchedRun run = WatchedRun.of(lab, "pcap", daemonPrefix(), configuration("", "= source"));
      JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
      Outcome outcome = Outcome.of("pcap", run.summary(), List.of(received));
      outcome.figure("ring_waited_part", run.waitedPart());
      outcome.expectWhole(captured.size());
      expectPayloads(outcome, "the daemon", received, 1);
      if (isWhole(received, 1)) {
        IntervalErrors errors = IntervalErrors.of(wanted(1, 1), Arrival.read(times(lab, "once")));
        errors.addTo(outcome, "millrace");
        System.err.println("run: pcap: millrace: intervals off by " + errors);
        double error = quick ? errors.p50Ns() : errors.p99Ns();
        double most = quick ? MOST_QUICK_P50_NS : MOST_P99_NS;
        outcome.expect(
            error < most || run.isBusy("pcap", "intervals"),
            "intervals are off by %.3f ms (%s), %.2f allowed"
                .formatted(error / 1e6, quick ? "p50" : "p99", most / 1e6));
      }
      return outcome;
    }

    void loop(Outcome outcome) {
      int count = 2 * captured.size();
      ReceiverProcess receiver = receiver(lab, link, "loop", count);
      String configuration =
          configuration(", loop = true, count = " + count, "{ speed = %d }".formatted(LOOP_SPEED));
      WatchedRun run = WatchedRun.of(lab, "pcap-loop", daemonPrefix(), configuration);
      JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
      expectPayloads(outcome, "the loop", received, 2);
      if (isWhole(received, 2)) {
        IntervalErrors errors =
            IntervalErrors.of(wanted(2, LOOP_SPEED), Arrival.read(times(lab, "loop")));
        errors.addTo(outcome, "millrace_loop");
        outcome.expect(
            errors.p50Ns() < MOST_QUICK_P50_NS || run.isBusy("pcap", "intervals of the loop"),
            "intervals of the loop are off by %.3f ms (p50)".formatted(errors.p50Ns() / 1e6));
      }
    }

    /** Measured, not judged: it is not ours. */
    void byTcpreplay(Outcome outcome) {
      if (!Namespaces.hasTool(TCPREPLAY)) {
        String why = "no tcpreplay: loadtest/bench --install, or apt-get install -y tcpreplay";
        System.err.println("run: pcap: not compared: " + why);
        outcome.note("tcpreplay_skipped", why);
        return;
      }
      // It sends frames as they are, and those of a veth have no checksums: its receiver would
      // drop them.
      Path whole = lab.folder().resolve("with-checksums.pcap");
      ManagedProcess.run(
          List.of(TCPREWRITE, "--fixcsum", "-i", file.toString(), "-o", whole.toString()));
      ReceiverProcess receiver = receiver(lab, link, TCPREPLAY, captured.size());
      List<String> command = new ArrayList<>(Namespaces.prefix(link.sender()));
      command.addAll(ringCpu.alonePrefix());
      command.addAll(List.of(TCPREPLAY, "--preload-pcap", "-i", Steps.Link.SENDER_DEVICE));
      command.add(whole.toString());
      try (ManagedProcess tcpreplay = lab.keep(ManagedProcess.start(TCPREPLAY, command))) {
        int exit = tcpreplay.awaitExit(Steps.PATIENCE);
        JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
        outcome.note("tcpreplay_command", String.join(" ", command));
        if (exit != 0 || !isWhole(received, 1)) {
          String why =
              "exit %d, %d datagrams received: %s"
                  .formatted(exit, received.path("datagrams").longValue(), tcpreplay.tail(3));
          System.err.println("run: pcap: not compared: tcpreplay: " + why);
          outcome.note("tcpreplay_skipped", why);
          return;
        }
        IntervalErrors errors =
            IntervalErrors.of(wanted(1, 1), Arrival.read(times(lab, TCPREPLAY)));
        errors.addTo(outcome, TCPREPLAY);
        System.err.println("run: pcap: tcpreplay: intervals off by " + errors);
      }
    }
  }
}
