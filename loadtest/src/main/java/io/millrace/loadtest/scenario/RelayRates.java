package io.millrace.loadtest.scenario;

import io.millrace.loadtest.bench.Arrivals;
import io.millrace.loadtest.bench.Median;
import io.millrace.loadtest.bench.NetworkPair;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReferenceRelay;
import io.millrace.loadtest.harness.ReferenceSender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much relays send when more comes than they can take: a source on the first CPU sends over
 * loopback, the relay on the last CPU sends over a veth link, and the far side counts and drops.
 * The contenders take turns, so that what else the machine does hits all of them.
 */
final class RelayRates {
  private static final int BYTES = 1400;
  private static final int TRAIN = 40;
  private static final int PORT = 5000;
  private static final int TO_PORT = 6000;
  private static final String GROUP = "239.255.77.9";

  /** What is asked of the daemon, by the issue: times the rate of another. */
  private static final double OF_C = 0.95;

  private static final double OF_C_IN_TRAINS = 5;
  private static final double OF_SOCAT = 5;

  /** Who relays. */
  private enum Relay {
    DAEMON,
    C,
    SOCAT
  }

  /** What is relayed by whom. */
  private record Form(Relay relay, int targets, int train) {
    String label() {
      return "%s_%s_%d"
          .formatted(
              relay.name().toLowerCase(Locale.ROOT), train > 1 ? "trains" : "singles", targets);
    }
  }

  private final Lab lab;
  private final ReferenceSender source;
  private final ReferenceRelay reference;
  private final NetworkPair network;
  private final String sourceCpu;
  private final String relayCpu;
  private final boolean quick;

  private RelayRates(
      Lab lab,
      ReferenceSender source,
      ReferenceRelay reference,
      NetworkPair network,
      List<Integer> cpus,
      boolean quick) {
    this.lab = lab;
    this.source = source;
    this.reference = reference;
    this.network = network;
    sourceCpu = String.valueOf(cpus.getFirst());
    relayCpu = String.valueOf(cpus.getLast());
    this.quick = quick;
  }

  /** Notes the rates, and in the long form judges them; says why where it can't. */
  static void measure(Lab lab, ReferenceSender source, boolean quick, Outcome outcome) {
    List<Integer> cpus = Machine.cpus();
    if (cpus.size() < 2) {
      System.err.println("run: relay: no rates: source and relay need a CPU each");
      return;
    }
    ReferenceRelay reference =
        ReferenceRelay.build(lab.root(), lab.folder().resolve("reference-relay"));
    try (NetworkPair network = NetworkPair.open(lab.folder())) {
      Namespaces.ask(network.sender(), "ip", "route", "add", "239.0.0.0/8", "dev", "lo");
      new RelayRates(lab, source, reference, network, cpus, quick).run(outcome);
    } catch (HarnessException cannot) {
      if (!String.valueOf(cannot.getMessage()).startsWith("network namespaces need root")) {
        throw cannot;
      }
      System.err.println("run: relay: no rates: " + cannot.getMessage());
    }
  }

  private void run(Outcome outcome) {
    boolean socat = Namespaces.hasTool("socat");
    if (!socat) {
      System.err.println(
          "run: relay: no socat: loadtest/bench --install, or apt-get install socat");
    }
    Map<Form, List<Double>> rates = new LinkedHashMap<>();
    for (int round = 0; round < (quick ? 1 : 4); round++) {
      for (int targets : new int[] {1, 10}) {
        for (int train : new int[] {1, TRAIN}) {
          for (Relay relay : Relay.values()) {
            if (relay != Relay.SOCAT || (socat && train == 1)) {
              Form form = new Form(relay, targets, train);
              rates.computeIfAbsent(form, _ -> new ArrayList<>()).add(rate(form));
            }
          }
        }
      }
    }
    rates.forEach((form, all) -> note(form, all, outcome));
    if (!quick) {
      for (int targets : new int[] {1, 10}) {
        judge(rates, Relay.DAEMON, 1, Relay.C, targets, OF_C, outcome);
        judge(rates, Relay.DAEMON, TRAIN, Relay.C, targets, OF_C_IN_TRAINS, outcome);
        if (socat) {
          judge(rates, Relay.DAEMON, 1, Relay.SOCAT, targets, OF_SOCAT, outcome);
        }
      }
    }
  }

  private static void note(Form form, List<Double> rates, Outcome outcome) {
    double median = Median.of(rates);
    System.err.printf(
        Locale.ROOT,
        "run: relay: %-20s %,12.0f datagrams/s out (%s)%n",
        form.label(),
        median,
        rates.stream().map(rate -> "%,.0f".formatted(rate)).toList());
    outcome.figure("rate_" + form.label(), median);
    outcome.expect(median > 0, form.label() + " relayed nothing");
  }

  /** Against singles of another. */
  private static void judge(
      Map<Form, List<Double>> rates,
      Relay relay,
      int train,
      Relay other,
      int targets,
      double wanted,
      Outcome outcome) {
    double rate = Median.of(rates.getOrDefault(new Form(relay, targets, train), List.of()));
    double beside = Median.of(rates.getOrDefault(new Form(other, targets, 1), List.of()));
    String what =
        "%s to %d of singles by %s"
            .formatted(train > 1 ? "trains" : "singles", targets, other.name());
    outcome
        .figure("ratio_" + what.replace(' ', '_').toLowerCase(Locale.ROOT), rate / beside)
        .expect(
            rate >= wanted * beside,
            "%s: %.2f times, %.2f wanted".formatted(what, rate / beside, wanted));
  }

  /** Datagrams that leave in a second. */
  private double rate(Form form) {
    List<ManagedProcess> processes = new ArrayList<>();
    try {
      processes.addAll(start(form));
      List<String> arguments =
          new ArrayList<>(List.of("--to", listenAddress(form) + ":" + PORT, "--size", "" + BYTES));
      arguments.addAll(List.of("--segments", "" + form.train, "--op", "sendmmsg"));
      arguments.addAll(List.of("--seconds", "60", "--cpu", sourceCpu));
      processes.add(source.start(network.senderPrefix(), arguments));
      PacedFlow.pause(form.relay == Relay.DAEMON ? (quick ? 1_500 : 5_000) : 500);
      long beganNs = System.nanoTime();
      Arrivals before = network.arrived();
      PacedFlow.pause(quick ? 1_000 : 4_000);
      Arrivals arrived = network.arrived().since(before);
      double seconds = (System.nanoTime() - beganNs) / 1e9;
      for (ManagedProcess process : processes) {
        if (!process.isAlive()) {
          throw new HarnessException(form.label() + ": something ended: " + process.tail(5));
        }
      }
      return arrived.datagrams(BYTES) / seconds;
    } finally {
      processes.reversed().forEach(ManagedProcess::close);
    }
  }

  /** Several socats can only hear the same datagrams as members of a group. */
  private static String listenAddress(Form form) {
    return form.relay == Relay.SOCAT && form.targets > 1 ? GROUP : "127.0.0.1";
  }

  private List<ManagedProcess> start(Form form) {
    return switch (form.relay) {
      case DAEMON -> List.of(daemon(form));
      case C -> {
        List<String> arguments = new ArrayList<>(List.of("--listen", "127.0.0.1:" + PORT));
        arguments.addAll(List.of("--to", NetworkPair.RECEIVER_ADDRESS + ":" + TO_PORT));
        arguments.addAll(List.of("--targets", "" + form.targets, "--cpu", relayCpu));
        if (form.train > 1) {
          arguments.add("--trains");
        }
        yield List.of(reference.start(network.senderPrefix(), arguments));
      }
      case SOCAT -> socats(form);
    };
  }

  private ManagedProcess daemon(Form form) {
    List<String> targets = new ArrayList<>();
    for (int target = 0; target < form.targets; target++) {
      targets.add(NetworkPair.RECEIVER_ADDRESS + ":" + (TO_PORT + target));
    }
    String configuration =
        Configuration.rings(1).with("buffers.slot-size = 66 KiB").stream(
                "relay",
                "type = udp, listen = \"127.0.0.1:%d\", datagram-size = %d".formatted(PORT, BYTES),
                "= unlimited",
                targets)
            .text();
    ManagedProcess daemon =
        lab.startDaemon("relay-rate", network.senderPrefix(), configuration, List.of()).process();
    daemon.awaitLines(line -> line.contains("running:"), 1, Duration.ofSeconds(30));
    return daemon;
  }

  private List<ManagedProcess> socats(Form form) {
    List<ManagedProcess> started = new ArrayList<>();
    for (int target = 0; target < form.targets; target++) {
      List<String> command = new ArrayList<>(network.senderPrefix());
      command.addAll(List.of("taskset", "--cpu-list", relayCpu, "socat", "-u"));
      command.add(
          form.targets == 1
              ? "UDP4-RECV:%d,bind=127.0.0.1,rcvbuf=4194304".formatted(PORT)
              : "UDP4-RECV:%d,bind=%s,reuseaddr,ip-add-membership=%s:lo,rcvbuf=4194304"
                  .formatted(PORT, GROUP, GROUP));
      command.add("UDP4-SENDTO:%s:%d".formatted(NetworkPair.RECEIVER_ADDRESS, TO_PORT + target));
      started.add(ManagedProcess.start("socat", command));
    }
    return started;
  }
}
