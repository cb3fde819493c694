package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A link to a namespace that drops all that comes, because no address is its own: nothing comes
 * back, and nobody has to receive it. One address can be made to fail ({@link TargetFailure}).
 *
 * @param sender the namespace of the daemon
 * @param receiver the other one
 * @param rules a file for rules of the packet filter
 */
record IsolationLink(String sender, String receiver, Path rules) {
  static final String GOOD_ADDRESS = "10.201.81.2";
  static final String BAD_ADDRESS = "10.201.81.3";

  /** Nothing is sent there. */
  static final String NO_TARGET = "10.201.81.4";

  private static final String SENDER_ADDRESS = "10.201.81.1";
  private static final String NETWORK = "10.201.81.0/24";
  private static final int MTU = 1500;

  static IsolationLink open(Lab lab, Namespaces namespaces) {
    IsolationLink link =
        new IsolationLink(
            namespaces.add("tx"), namespaces.add("rx"), lab.folder().resolve("filter.nft"));
    namespaces.link(link.sender, "tx0", link.receiver, "rx0", MTU);
    namespaces.address(link.sender, "tx0", SENDER_ADDRESS + "/24");
    link.neighbour(namespaces, GOOD_ADDRESS);
    link.neighbour(namespaces, BAD_ADDRESS);
    // For the ICMP errors, of which there shall be as many as there can.
    namespaces.step("ip", "-n", link.receiver, "route", "add", NETWORK, "dev", "rx0");
    namespaces.inside(link.receiver, "sh", "-c", "echo 0 > /proc/sys/net/ipv4/icmp_ratelimit");
    neighbour(
        namespaces, link.receiver, "rx0", SENDER_ADDRESS, namespaces.macOf(link.sender, "tx0"));
    return link;
  }

  /** Lets the sender know where this address is. */
  void neighbour(Namespaces namespaces, String address) {
    neighbour(namespaces, sender, "tx0", address, namespaces.macOf(receiver, "rx0"));
  }

  private static void neighbour(
      Namespaces namespaces, String namespace, String device, String address, String mac) {
    namespaces.step(
        "ip -n %s neighbour replace %s lladdr %s nud permanent dev %s"
            .formatted(namespace, address, mac, device)
            .split(" ", -1));
  }

  /** What is sent to an address meets this verdict. */
  void filter(Namespaces namespaces, String verdict, String address) {
    try {
      Files.writeString(
          rules,
          """
          table inet millrace {
            chain out {
              type filter hook output priority 0; policy accept;
              ip daddr %s udp dport 1-65535 %s
            }
          }
          """
              .formatted(address, verdict));
    } catch (IOException failure) {
      throw new HarnessException("can't write " + rules + ": " + failure, failure);
    }
    namespaces.inside(sender, "nft", "-f", rules.toString());
  }

  void removeFilter(Namespaces namespaces) {
    namespaces.inside(sender, "nft", "delete", "table", "inet", "millrace");
  }

  /** Bytes that have come to the far end, with their headers; of a train one header. */
  long arrivedBytes() {
    return Long.parseLong(
        Namespaces.ask(receiver, "cat", "/sys/class/net/rx0/statistics/rx_bytes").strip());
  }
}
