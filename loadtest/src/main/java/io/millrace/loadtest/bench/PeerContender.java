package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Another program on the same core. */
record PeerContender(SuiteContext context, Peer peer) implements Contender {
  /** Beyond the window, for its start and its warm-up. */
  private static final int SPARE_SECONDS = 40;

  @Override
  public String name() {
    return peer.label();
  }

  @Override
  public Family family() {
    return Family.PEER;
  }

  @Override
  public @Nullable Mode mode() {
    return null;
  }

  @Override
  public Reading measure(Traffic traffic) throws NotAvailableException {
    checkInstalled(peer, Namespaces::hasTool);
    NetworkPair network = context.network();
    if (peer.server().isEmpty()) {
      return send(traffic);
    }
    if (!network.letsControlThrough()) {
      throw new NotAvailableException("its control connection needs nft at the far side");
    }
    List<String> command = new ArrayList<>(network.receiverPrefix());
    command.addAll(peer.server());
    try (ManagedProcess server = ManagedProcess.start(peer.tool() + "-server", command)) {
      ListeningPort.await(server, peer.controlPort());
      return send(traffic);
    }
  }

  /**
   * Says what to install.
   *
   * @param installed whether a tool is there
   * @throws NotAvailableException if the peer's isn't
   */
  static void checkInstalled(Peer peer, Predicate<String> installed) throws NotAvailableException {
    if (!installed.test(peer.tool())) {
      throw new NotAvailableException(
          "not installed: apt-get install -y %s (or loadtest/bench --install)"
              .formatted(peer.debianPackage()));
    }
  }

  private Reading send(Traffic traffic) {
    NetworkPair network = context.network();
    SuiteSettings settings = context.settings();
    int seconds = (int) Math.ceil(settings.seconds()) + SPARE_SECONDS;
    List<String> command =
        context.pinned(peer.client(traffic.bytes(), seconds, network.receiverMac()));
    context.record(this, traffic, String.join(" ", command));
    Arrivals before = network.arrived();
    try (ManagedProcess process = ManagedProcess.start(peer.tool(), command)) {
      SteadyWindow.awaitTraffic(network, before, process);
      pinAgain(process);
      SteadyWindow window =
          SteadyWindow.watch(
              network,
              process,
              CpuMeter.wholeProgram(process.pid()),
              SuiteSettings.NATIVE_WARM_UP_SECONDS,
              settings.seconds());
      long arrived = network.arrived().since(before).datagrams(traffic.bytes());
      return Reading.of(window, traffic.bytes(), Reading.UNKNOWN, arrived, 0);
    }
  }

  /** trafgen moves the child that sends to CPU 0, whatever it was started on. */
  private void pinAgain(ManagedProcess process) {
    ProcessHandle.of(process.pid()).stream()
        .flatMap(ProcessHandle::descendants)
        .forEach(
            child ->
                ManagedProcess.run(
                    List.of(
                        "taskset",
                        "-a",
                        "-c",
                        "-p",
                        String.valueOf(context.settings().cpu()),
                        String.valueOf(child.pid()))));
  }
}
