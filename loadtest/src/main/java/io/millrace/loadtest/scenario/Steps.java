package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What several scenarios do the same way. */
final class Steps {
  /** For one run of the daemon, its build not among it. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  /**
   * For a receiver after the daemon's end: what is in the socket buffer, and what it waits for in
   * vain.
   */
  static final Duration LAST_ARRIVALS = Duration.ofSeconds(5);

  private Steps() {}

  /** Two namespaces with a link between them, for one sender and one receiver. */
  record Link(Namespaces namespaces, String sender, String receiver) {
    static final String SENDER_DEVICE = "tx0";
    static final String RECEIVER_DEVICE = "rx0";
    static final String RECEIVER_ADDRESS = "10.201.78.2";
    private static final int MTU = 1500;

    static Link open(Lab lab) {
      Namespaces namespaces = lab.keep(new Namespaces());
      Link link = new Link(namespaces, namespaces.add("tx"), namespaces.add("rx"));
      namespaces.link(link.sender, SENDER_DEVICE, link.receiver, RECEIVER_DEVICE, MTU);
      namespaces.address(link.sender, SENDER_DEVICE, "10.201.78.1/24");
      namespaces.address(link.receiver, RECEIVER_DEVICE, RECEIVER_ADDRESS + "/24");
      return link;
    }

    /** A receiver of a sequenced stream at the far end. */
    ReceiverProcess receiver(Lab lab, String name, long expectDatagrams) {
      return Steps.receiver(
          lab,
          name,
          Namespaces.prefix(receiver),
          RECEIVER_ADDRESS + ":0",
          1,
          expectDatagrams,
          List.of("--sequenced", "yes"));
    }
  }

  /** A receiver on free ports of 127.0.0.1 that ends when all has come. */
  static ReceiverProcess receiver(
      Lab lab, String name, int ports, long expectDatagrams, List<String> more) {
    return receiver(lab, name, List.of(), "127.0.0.1:0", ports, expectDatagrams, more);
  }

  /** One that listens elsewhere, run under a command such as {@code ip netns exec NAME}. */
  static ReceiverProcess receiver(
      Lab lab,
      String name,
      List<String> prefix,
      String listen,
      int ports,
      long expectDatagrams,
      List<String> more) {
    List<String> arguments = new ArrayList<>(List.of("--listen", listen));
    arguments.addAll(List.of("--expect-datagrams", String.valueOf(expectDatagrams)));
    arguments.addAll(List.of("--max-seconds", PATIENCE.toSeconds() + "s"));
    arguments.addAll(more);
    return lab.startReceiver(name, prefix, ports, arguments);
  }
}
